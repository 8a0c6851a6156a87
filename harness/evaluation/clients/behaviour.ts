import type { CellOutcome, ClientBehaviour, GivesUp, MetDialect } from '../../model/evaluation/client-table.ts';
import type { TransportId } from '../../model/operation.ts';
import { SILENCE } from './cell.ts';
import { habitsOf } from './poll-observer.ts';
import type { RunFacts } from './run-facts.ts';

/** A cell that was run. */
export interface FinishedCell {
  readonly situation: string;
  readonly transport: TransportId;
  readonly outcome: CellOutcome;
  readonly runs: readonly RunFacts[];
}

/** What all cells of a client with one dialect show together. `patienceMs`: how long the silent ones were watched. */
export function behaviourOf(
  cells: readonly FinishedCell[],
  { dialect, patienceMs }: { readonly dialect: MetDialect; readonly patienceMs: number },
): ClientBehaviour {
  const runs = cells.flatMap((cell) => cell.runs);
  const loud = cells.filter(({ situation }) => situation !== SILENCE.id);
  const sum = (pick: (run: RunFacts) => number) => runs.reduce((total, run) => total + pick(run), 0);
  return {
    givesUp: cells.flatMap((cell) => (cell.situation === SILENCE.id ? givesUp(cell, patienceMs) : [])),
    asksForTasks: runs.filter(isWorked).some((run) => run.dialect.startsWith('tasks-')),
    // Work behind a handle is asked for by the script: that says nothing about the client.
    polls: dialect === 'handle' ? null : habitsOf(runs.flatMap(({ polls }) => polls ?? [])),
    retries: sum((run) => run.retries) + cells.reduce((total, cell) => total + askedAgain(cell), 0),
    cancels: { open: sum((run) => run.cancels.open), answered: sum((run) => run.cancels.answered) },
    restarts: loud.reduce((total, { runs: some }) => total + Math.max(0, some.filter(isWorked).length - 1), 0),
    probes: loud.reduce((total, { runs: some }) => total + (some.length > 1 ? some.filter(isUnworked).length : 0), 0),
  };
}

/** Nothing where the call was answered after all, or never sent. */
function givesUp({ transport, outcome }: FinishedCell, patienceMs: number): readonly GivesUp[] {
  const [call] = outcome.calls;
  if (call === undefined) return [];
  if (call.outcome === 'hung') return [{ transport, ms: patienceMs, isAtLeast: true }];
  return call.ms === null || call.effects > 0 ? [] : [{ transport, ms: call.ms, isAtLeast: false }];
}

function isWorked({ asked }: RunFacts): boolean {
  return asked.length > 0;
}

function isUnworked({ asked }: RunFacts): boolean {
  return asked.length === 0;
}

/** Calls that were sent to one server after another. */
function askedAgain({ runs }: FinishedCell): number {
  const asked = runs.flatMap((run) => [...new Set(run.asked)]);
  return asked.length - new Set(asked).size;
}
