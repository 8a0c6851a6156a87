import type { MessageFault, Spoiling } from '../model/fault.ts';

const WAYS: readonly Spoiling[] = ['flip', 'utf8', 'glued', 'log'];

/**
 * A message arrives as no message. `how`: `flip` (one bit of a byte of its structure is another), `utf8` (half a character within it),
 * `glued` (the next message right behind it), `log` (a line of a log ahead of it; over a pipe the message itself arrives), or
 * `any`, drawn. Replies try the client; with direction request they try the server, which must say no and go on.
 */
export const frameSpoilt: MessageFault = {
  meta: {
    id: 'F7',
    name: 'frame-spoilt',
    title: 'A message arrives as no message',
    description: 'A flipped bit, half a character, two messages in one, a stray line: an error, and never a crash.',
    kind: 'message',
    options: { how: 'any' },
    triggers: ['message', 'messages'],
    colour: '#c25b73',
  },
  applicable: (_target, _time, { how }) =>
    how === 'any' || WAYS.some((way) => way === how)
      ? null
      : `option how: expected any, ${WAYS.join(', ')}, got '${how}'`,
  decide(entry, message, draw) {
    if (message.isError || message.bytes === 0) return null;
    const at = draw.float();
    const drawn = draw.pick(WAYS);
    const how = WAYS.find((way) => way === entry.options.how) ?? drawn;
    return { action: 'spoil', how, at };
  },
};
