import type { Checker } from '../model/checker.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { createFindingList, type FindingList, judged, quoted, vacuous, when } from './finding-list.ts';
import { NO_TASKS, ONE_PRINCIPAL } from './situations/situation.ts';

/**
 * A task is its owner's: who asks for, fetches or cancels the task of another agent is refused, and no message to an agent holds a
 * token of another's call. Counts: trespasses (answered), messages (searched), violations.
 */
export const leakedTasks: Checker = {
  meta: {
    id: 'leaked-tasks',
    title: 'Nobody reads or cancels the task of another agent',
    description: 'An id is not a right: whoever comes to know one must not get at the work of somebody else.',
    invariants: ['S15'],
    requires: ['calls'],
    judges: 'server',
  },
  applicable({ target }) {
    if (target.dialect === 'blocking') return NO_TASKS;
    if (!target.facts.principals) return ONE_PRINCIPAL;
    const { scope } = target.facts;
    if (scope === null) return 'the profile does not say who may reach a task (state.scope)';
    return scope === 'server' ? 'this server says that its tasks are everybody’s' : null;
  },
  check({ history }) {
    const findings = createFindingList();
    const trespasses = judgeTrespasses(history, findings);
    const messages = judgeTokens(history, findings);
    const counts = { trespasses, messages, violations: findings.count };
    if (trespasses + messages > 0) return judged(findings, counts);
    return vacuous('no agent asked for the task of another, and no text of a message was kept', counts);
  },
};

function judgeTrespasses(history: HistoryIndex, findings: FindingList): number {
  const answered = history.exchanges.filter(({ inv, end }) => inv.trespass === true && end !== null);
  for (const { inv, end } of answered) {
    if (end?.kind !== 'ok') continue;
    const verb = inv.op === 'cancel' ? 'cancelled' : 'read';
    findings.add(
      'S15',
      `agent ${inv.agent} ${verb} task ${inv.task} of call ${inv.call}, which is another agent's, at ${when(history, end)}`,
      [inv.seq, end.seq],
    );
  }
  return answered.length;
}

/** The first message that holds a token of somebody else's call, for each agent and token. */
function judgeTokens(history: HistoryIndex, findings: FindingList): number {
  const { messages, told } = history.foreignTokens;
  for (const { seq, t, agent, call, owner, excerpt } of told) {
    findings.add(
      'S15',
      `agent ${agent} was sent the token of call ${call} (agent ${owner}) at ${when(history, { seq, t })}: …${quoted(excerpt)}`,
      [seq],
    );
  }
  return messages;
}
