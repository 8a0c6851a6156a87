import { type ReplyForm, validateReply } from './validation.ts';
import type { AnsweredReply } from './wire.ts';

/** Tasks whose latest reply one connection remembers: those it polls now. */
const REPLIES_MAX = 64;
/** And no more of them than that; there may be thousands of connections. The last reply is remembered however long it is. */
const CHARACTERS_MAX = 16_384;

/** What was wrong with the latest reply of each task: a poll that says what the one before said is not validated again. */
export interface ShapeMemory {
  of(form: ReplyForm, reply: AnsweredReply): readonly string[];
}

export function createShapeMemory(): ShapeMemory {
  const known = new Map<string | null, Remembered>();
  let characters = 0;
  const forget = (task: string | null) => {
    characters -= known.get(task)?.characters ?? 0;
    known.delete(task);
  };
  return {
    of(form, reply) {
      const said = sayingOf(reply);
      const before = known.get(form.task);
      if (before !== undefined && isSame(before, form, said)) return before.shape;
      const shape = validateReply(form, reply.whole);
      forget(form.task);
      for (const oldest of known.keys()) {
        if (known.size < REPLIES_MAX && characters < CHARACTERS_MAX) break;
        forget(oldest);
      }
      known.set(form.task, { form, said, shape, characters: reply.raw.length });
      characters += reply.raw.length;
      return shape;
    },
  };
}

/** What was said last of a task (null: of none). */
interface Remembered {
  readonly form: ReplyForm;
  readonly said: Saying;
  readonly shape: readonly string[];
  readonly characters: number;
}

/** A reply's text without its own id, which differs from poll to poll and is judged elsewhere (S16). */
interface Saying {
  readonly head: string;
  readonly tail: string;
}

function sayingOf({ raw, message: { id } }: AnsweredReply): Saying {
  const own = typeof id === 'number' ? `"id":${id}` : `"id":${JSON.stringify(id)}`;
  const place = raw.indexOf(own);
  return place < 0 ? { head: raw, tail: '' } : { head: raw.slice(0, place), tail: raw.slice(place + own.length) };
}

function isSame({ form, said }: Remembered, other: ReplyForm, { head, tail }: Saying): boolean {
  const isAlike = form.op === other.op && form.era === other.era && form.dialect === other.dialect;
  return isAlike && said.tail === tail && said.head === head;
}
