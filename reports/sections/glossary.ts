import { html } from '../html.ts';
import type { Section } from '../report-run.ts';
import { facts } from '../table.ts';

/** The words a reader meets here first. */
export const glossarySection: Section = {
  id: 'glossary',
  title: 'Words used here',
  label: 'Words',
  render() {
    return html`${facts([
      ['call', 'one piece of work that an agent wants done once, however often it has to send it'],
      ['receipt', 'the answer to a call that says it was accepted and names its task; acked means the receipt is out'],
      ['task', 'the name under which the result of a call is fetched later'],
      ['poll', 'a question of an agent about how its task stands'],
      ['effect', 'the lasting trace of the work, written to a ledger outside the protocol; committed: it is written'],
      ['settled', 'the task has come to an end: completed, failed or cancelled'],
      ['boot', 'one life of the server, from its start to its end'],
      ['final read', 'when all faults are over, every task is read again to see what is left of it'],
      ['dialect', 'the way in which this server speaks about work that takes long'],
      ['key', 'an argument by which a server tells that a call sent twice is one call'],
      ['S1, L1 …', 'the written invariants a run is judged by: S, what must never happen; L, what must happen in time'],
      ['F1, F5 …', 'the faults; F12#2 is the second of that kind in this run'],
    ])}`;
  },
};
