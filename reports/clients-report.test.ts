import { describe, expect, it } from 'vitest';
import {
  cancelsText,
  cellText,
  cellTone,
  clientNotes,
  givesUpText,
  hintText,
  pollsText,
  restartsText,
} from './client-words.ts';
import { renderClients } from './clients-report.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleCall, sampleCell, sampleClientTable, sampleRow } from './testing/sample-client-table.ts';

describe('the words for a cell', () => {
  it.each([
    { calls: [sampleCall(1, 'right'), sampleCall(2, 'right')], text: '2 right', tone: 'good' },
    {
      calls: [sampleCall(1, 'told', { effects: 1 }), sampleCall(2, 'told'), sampleCall(3, 'right')],
      ...{ text: '1 right, 2 error told (1 done)', tone: 'warn' },
    },
    { calls: [sampleCall(1, 'right', { effects: 2 })], text: '1 right, 1 DONE TWICE', tone: 'bad' },
    { calls: [sampleCall(1, 'right', { effects: 0 })], text: '1 right, 1 NOT DONE', tone: 'bad' },
    { calls: [sampleCall(1, 'threw', { effects: 1 })], text: '1 run failed (1 done)', tone: 'warn' },
    { calls: [sampleCall(1, 'hung'), sampleCall(2, 'unasked')], text: '1 HUNG, 1 not asked', tone: 'bad' },
    { calls: [sampleCall(1, 'empty'), sampleCall(2, 'wrong')], text: '1 WRONG, 1 EMPTY', tone: 'bad' },
  ])('$text', ({ calls, text, tone }) => {
    const cell = sampleCell({ calls });
    expect([cellText(cell), cellTone(cell)]).toEqual([text, tone]);
  });

  it('does not call good what showed nothing', () => {
    const calm = sampleCell({ struck: false });
    expect([cellText(calm), cellTone(calm)]).toEqual(['2 right, did not come to pass', 'warn']);
    const refused = sampleCell({ refusal: 'no', calls: [] });
    expect([cellText(refused), cellTone(refused)]).toEqual(['could not connect', 'warn']);
    const troubled = sampleCell({ trouble: 'its run was cut short' });
    expect([cellText(troubled), cellTone(troubled)]).toEqual(['its run was cut short', 'warn']);
  });
});

describe('the words for how a client waits', () => {
  const limit = (transport: 'stdio' | 'http', ms: number, isAtLeast = false) => ({ transport, ms, isAtLeast });

  it('names one limit, or one for each transport where they differ', () => {
    expect(givesUpText([])).toBe('–');
    expect(givesUpText([limit('stdio', 60_010), limit('http', 61_300)])).toBe('60 s');
    expect(givesUpText([limit('stdio', 60_010), limit('http', 75_000, true)])).toBe('stdio 60 s, http > 75 s');
  });

  it('tells a first poll at once from one that waits like the rest, and shows a wide range', () => {
    const spread = (median: number, count: number, max = median) => ({ count, min: median, median, max });
    const polls = { first: spread(4, 3), later: spread(505, 9), hintMs: 500, kept: 9, asked: 12, onPush: 0 };
    expect([pollsText(polls), hintText(polls)]).toEqual(['at once, then every 505 ms; n = 12', '9 of 12 (500 ms)']);
    expect(pollsText({ ...polls, first: spread(510, 3) })).toBe('every 505 ms; n = 12');
    expect(pollsText({ ...polls, later: spread(505, 9, 2000) })).toBe(
      'at once, then every 505 ms (505 to 2000); n = 12',
    );
    expect(pollsText({ ...polls, first: spread(250, 3), later: null })).toBe('after 250 ms; n = 3');
    expect(pollsText({ ...polls, first: null, later: null, onPush: 2 })).toBe('2 on a push');
    expect([pollsText(null), hintText(null), hintText({ ...polls, hintMs: null })]).toEqual(['–', '–', '–']);
  });
});

describe('the words for what else a client did', () => {
  const { behaviour } = sampleRow();

  it('tells cancelling what was open from cancelling what had been answered', () => {
    expect(cancelsText({ open: 11, answered: 0 })).toBe('11');
    expect(cancelsText({ open: 5, answered: 48 })).toBe('5, and 48 answered ones');
  });

  it('tells starting a server again from asking one what it speaks', () => {
    const text = (restarts: number, probes: number) => restartsText({ ...behaviour, restarts, probes });
    expect([text(0, 0), text(1, 0), text(3, 4), text(0, 4)]).toEqual([
      'no',
      '1 time',
      '3 times, probes first',
      'probes first',
    ]);
  });
});

describe('the report of a table of clients', () => {
  const render = (changes = {}) => renderClients(sampleClientTable(changes), { directory: 'out', script: null });

  it('links every cell to its run and shows what each call became', () => {
    const calls = [sampleCall(1, 'told', { words: 'MCP error -32001: Request timed out', effects: 1 })];
    const cells = [sampleCell(), sampleCell({ situation: 'lost-receipt', transport: 'http', calls })];
    const text = render({ rows: [sampleRow({ cells })] });
    expect([...text.matchAll(/href="([^"#]+\/report\.html)"/g)].map(([, to]) => to)).toEqual([
      'sdk-v1.blocking/stdio-steady/report.html',
      'sdk-v1.blocking/http-lost-receipt/report.html',
    ]);
    expect(text).toContain('<b class="warn">1 error told (1 done)</b>');
    expect(text).toContain('MCP error -32001: Request timed out');
    expect(text).toContain('claimcheck report out');
  });

  it('leads to the run in which the client worked, and to each of the others', () => {
    const run = (directory: string, fates: Readonly<Record<string, number>>) => {
      return { directory, fates, valid: true, exitCode: 0, violated: [], struck: [] };
    };
    const runs = [run('a/stdio-steady', {}), run('a/stdio-steady-2', { 'settled-ok': 2 })];
    const text = render({ rows: [sampleRow({ cells: [sampleCell({ runs })] })] });
    expect([...text.matchAll(/href="([^"#]+)\/report\.html"/g)].map(([, to]) => to)).toEqual([
      ...['a/stdio-steady-2', 'a/stdio-steady', 'a/stdio-steady-2'],
    ]);
  });

  it('explains the words that it uses and no others, and says who was not played', () => {
    const notes = clientNotes(sampleClientTable()).join(' ');
    expect(notes).toContain('right: the model was shown');
    expect(notes).not.toContain('HUNG');
    expect(notes).not.toContain('cannot be told');
    const untold = sampleRow({ title: 'Deaf', cells: [sampleCell({ timeoutMs: null })] });
    expect(clientNotes(sampleClientTable({ rows: [untold] })).join(' ')).toContain('Deaf cannot be told');
    expect(render()).toContain('Away: it needs Node 99');
    expect(render({ rows: [sampleRow()] })).not.toContain('Not run');
  });

  it('says that it was ended early', () => {
    expect(render({ interrupted: true })).toContain('ended early');
    expect(render()).not.toContain('ended early');
  });

  it('keeps what a client or server said as text', () => {
    const calls = [sampleCall(1, 'told', { words: HOSTILE })];
    const text = render({ rows: [sampleRow({ cells: [sampleCell({ calls })] })] });
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<svg onload');
  });

  it('has no link that leads nowhere in the page', () => {
    const text = render();
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const links = [...text.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
