import type { Disposition, MessageFault } from '../model/fault.ts';
import { hasModernTasks } from '../model/operation.ts';
import type { PlannedTarget } from '../model/plan.ts';
import { numberOption } from './option.ts';

const NOTHING_ASKED = 'this target asks for nothing';
const NO_ACKNOWLEDGEMENT = 'an answer on the stream of the call or of tasks/result is not acknowledged';
const UNSEEN = 'nobody learns that an answer on a pipe was lost, so no client could send it again';

/**
 * The answer to a question of the server goes astray. `lost`: it never arrives. `unacknowledged`: it arrives and its
 * acknowledgement does not. `doubled`: it arrives twice, the second time `afterMs` later. `late`: it arrives `afterMs` late.
 * A server must take each answer once, ask for what is still open, and ignore what it has already been told (2026-30).
 */
export const inputTrouble: MessageFault = {
  meta: {
    id: 'F29',
    name: 'input-trouble',
    title: 'An answer is lost, doubled or late',
    description: 'The work waits for its caller, and the answer, or the word that it arrived, goes astray on the way.',
    kind: 'message',
    options: { form: 'lost', afterMs: 300 },
    triggers: ['message', 'messages'],
    colour: '#b05fa8',
  },
  applicable(target, _time, options) {
    if (!target.facts.asking) return NOTHING_ASKED;
    if (hasModernTasks(target.dialect) || target.dialect === 'handle') return null;
    if (options.form === 'unacknowledged') return NO_ACKNOWLEDGEMENT;
    return options.form === 'lost' && isPipe(target) ? UNSEEN : null;
  },
  decide(entry, message): Disposition | null {
    if (message.op !== 'update') return null;
    const afterMs = numberOption(entry, 'afterMs');
    if (message.direction === 'reply') {
      if (entry.options.form !== 'unacknowledged' || message.isError) return null;
      return { action: 'cut', how: message.transport === 'stdio' ? 'hang' : 'reset' };
    }
    switch (entry.options.form) {
      case 'lost':
        return { action: 'drop' };
      case 'doubled':
        return { action: 'dup', afterMs };
      case 'late':
        return { action: 'delay', delayMs: afterMs };
      default:
        return null;
    }
  },
};

function isPipe({ transport }: PlannedTarget): boolean {
  return transport === 'stdio';
}
