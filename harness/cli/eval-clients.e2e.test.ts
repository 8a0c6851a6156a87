// Real clients whose packages are here, played with the reference server; the others need an installation: npm run clients.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ClientCell, ClientTable } from '../model/evaluation/client-table.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const DIALECT = 'tasks-2025-11-25';

test('a client over HTTP loses receipts, and another over stdio its server; every cell is a saved run', async () => {
  using one = openProgramStage();
  using other = openProgramStage();
  const [lost, crashed] = await Promise.all([
    play(one, 'sdk-v1', '--transport', 'http', '--situations', 'lost-receipt', '--patience', '0'),
    play(other, 'ext-tasks', '--transport', 'stdio', '--situations', 'crash-mid-task', '--patience', '2s'),
  ]);
  // Neither asks again by itself: what was lost is told, what came is right, and nothing is done twice.
  expect(lost.behaviour).toMatchObject({ asksForTasks: true, givesUp: [], retries: 0, restarts: 0 });
  expect(lost.behaviour.polls?.later?.median).toBeGreaterThanOrEqual(500);
  expect(countsOf(lost.cell)).toEqual({ right: 1, told: 4 });
  // A request that was lost was not worked on, a receipt that was lost is work that nobody knows of.
  expect(lost.cell.calls.map(({ effects }) => effects).sort()).toEqual([0, 1, 1, 1, 1]);
  expect(crashed.behaviour.givesUp).toEqual([{ transport: 'stdio', ms: 2000, isAtLeast: true }]);
  expect(countsOf(crashed.cell)).toEqual({ told: 3 });
  expect(one.left()).toEqual([]);
  expect(other.left()).toEqual([]);
});

test('a client that is not here is a row that says so, offline', async () => {
  using stage = openProgramStage();
  const flags = ['eval', '--clients', 'langgraph', '--offline', '--cache', 'cache', '--out', 'table'];
  const { code, stdout } = await stage.run(...flags, '--strict');
  expect(code).toBe(2);
  expect(stdout).toContain(
    'LangGraph with the LangChain MCP adapters: not run: not installed (@langchain/mcp-adapters@',
  );
  expect(stage.written()).toEqual([]);
});

test.each([
  { flags: ['--clients', 'sdk-v3'], words: "Unknown client 'sdk-v3'" },
  { flags: ['--clients', '--server', 'node x.js'], words: '--server: --clients plays with the reference server' },
  { flags: ['--clients', 'mastra', '--dialect', 'handle'], words: '--dialect handle: none of these clients' },
])('refuses $flags', async ({ flags, words }) => {
  using stage = openProgramStage();
  const { code, stderr } = await stage.run('eval', ...flags);
  expect([code, stderr]).toEqual([64, expect.stringContaining(words)]);
});

test('replaces no report of somebody else', async () => {
  using stage = openProgramStage();
  const path = stage.file('table/report.html', 'mine');
  const ended = await stage.run('eval', '--clients', 'sdk-v1', '--offline', '--out', 'table');
  const words = 'table/report.html is there already; choose another --out, or replace it with --force';
  expect(ended).toEqual({ code: 64, stdout: '', stderr: `claimcheck: ${words}\n` });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

/** One client in one situation: its row, which holds one cell, from every place where the table is to be found. */
async function play(stage: ProgramStage, client: string, ...flags: readonly string[]) {
  const words = ['eval', '--clients', client, '--dialect', DIALECT, ...flags, '--out', 'table', '--json'];
  const { code, stdout, stderr } = await stage.run(...words);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('installing')]);
  const table: ClientTable = JSON.parse(stdout);
  expect(JSON.parse(stage.read('table/clients.json'))).toEqual(table);
  expect(table).toMatchObject({ interrupted: false, rows: [{ client, dialect: DIALECT, missing: null }] });
  const [row] = table.rows;
  const [cell] = row?.cells ?? [];
  if (row === undefined || cell === undefined) throw new Error(`expected a cell of ${client}, got none`);
  expect(cell).toMatchObject({ struck: true, end: 'ended', trouble: null, survived: false });
  expect(cell.runs).toHaveLength(1);
  const report = stage.read('table/report.html');
  for (const { directory } of cell.runs) {
    expect(report).toContain(`href="${directory}/report.html"`);
    expect(stage.read(`table/${directory}/report.html`)).toContain('<html');
    expect(stage.read(`table/${directory}/history.jsonl`)).toContain('"topic":"end"');
  }
  const again = await stage.run('report', 'table', '-o', 'again.html');
  expect([again.code, stage.read('again.html')]).toEqual([0, report]);
  return { behaviour: row.behaviour, cell };
}

function countsOf({ calls }: ClientCell): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of calls) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
