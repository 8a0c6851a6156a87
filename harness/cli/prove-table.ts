import Table from 'cli-table3';
import type { ProveRow } from './prove-finding.ts';

/** One line a server, then a sentence for everything that is not as it must be. */
export function proveText(rows: readonly ProveRow[]): string {
  const head = ['server', 'breaks', 'caught', 'also shown', 'with the faults off', 'scenario', 'where'];
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows.map(cellsOf));
  const problems = rows.flatMap(({ id, problems }) => problems.map((problem) => `${id}, ${problem}`));
  return [table.toString(), ...problems, conclusion(rows)].join('\n');
}

function cellsOf(row: ProveRow): string[] {
  const { id, breaks, runs, asExpected, alsoShown, scenario, dialect, transport, problems } = row;
  const word = breaks === null ? 'clean' : 'caught';
  return [
    problems.length === 0 ? id : `${id} (!)`,
    breaks ?? 'nothing',
    runs === 0 ? '' : `${word} ${asExpected} of ${runs}`,
    alsoShown.join(', '),
    faultsOffText(row),
    scenario,
    `${dialect}, ${transport}`,
  ];
}

function faultsOffText({ breaks, faultsOff }: ProveRow): string {
  if (faultsOff === null) return '';
  if (faultsOff.looksPerfect) return breaks === null ? 'perfect' : 'looks perfect';
  return faultsOff.shows.length === 0 ? 'undecided' : `shows ${faultsOff.shows.join(', ')}`;
}

function conclusion(rows: readonly ProveRow[]): string {
  const wrong = rows.filter(({ problems }) => problems.length > 0);
  const broken = rows.filter(({ breaks }) => breaks !== null);
  const perfect = broken.filter(({ faultsOff }) => faultsOff?.looksPerfect === true).length;
  const hidden =
    perfect === 0 ? '' : ` With the faults off, ${perfect} of the ${broken.length} broken ones look perfect.`;
  if (wrong.length === 0) return `As it must be: ${rows.length} of ${rows.length} servers.${hidden}`;
  const again = `claimcheck prove ${wrong.map(({ id }) => id).join(' ')} --out DIR keeps the runs`;
  return `Not as it must be: ${wrong.length} of ${rows.length} servers; ${again}.${hidden}`;
}
