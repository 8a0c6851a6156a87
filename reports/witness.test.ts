import { describe, expect, it } from 'vitest';
import { indexHistory } from '../harness/model/history-index.ts';
import { createHistory, taskOf } from '../harness/model/testing/history-builder.ts';
import { renderReport } from './render.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleRun } from './testing/sample-run.ts';
import { witnessRows } from './witness.ts';

/** A call is acked, polled a hundred times, the server is killed, and later denies the task. */
function lostTask() {
  const h = createHistory({ calls: 2 });
  const acked = h.ok(11, h.create(10, 1), { task: taskOf(1), status: 'working' });
  h.ok(12, h.create(11, 2), { task: taskOf(2), status: 'working' });
  for (let poll = 1; poll <= 100; poll += 1) {
    h.ok(10 * poll + 11, h.get(10 * poll + 10, 1, taskOf(1)), { task: taskOf(1), status: 'working' });
  }
  h.kill(1100, 'F12#1');
  h.boot(1200);
  const asked = h.get(1300, 1, taskOf(1));
  const denied = h.fail(1301, asked, 'not-found', { message: HOSTILE });
  h.done(1400, h.get(1399, 2, taskOf(2)));
  h.finish(2000, []);
  const history = indexHistory(h.plan, h.history());
  return { history, plan: h.plan, finding: { events: [acked, asked, denied] } };
}

describe('the witness of a finding', () => {
  it('is what it cites, the sending of its call, what struck, and little else', () => {
    const { history, finding } = lostTask();
    const rows = witnessRows(history, finding);
    const shown = rows.flatMap((row) => ('hidden' in row ? [] : [row]));
    const hidden = rows.flatMap((row) => ('hidden' in row ? [row.hidden] : []));
    expect(shown.length).toBeLessThanOrEqual(26);
    for (const seq of finding.events) expect(shown.some(({ shows }) => shows.includes(seq))).toBe(true);
    expect(shown[0]?.isPromise).toBe(true);
    const marks = shown.flatMap(({ shape }) => (shape.kind === 'mark' ? [shape.mark] : []));
    expect(marks).toEqual(['fault', 'end', 'start']);
    expect(shown.every(({ words }) => !words.startsWith('call 2'))).toBe(true);
    // What is left out is said where it is left out.
    expect(hidden.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(150);
  });

  it('finds final reads as well', () => {
    const h = createHistory({ calls: 1 });
    const acked = h.ok(11, h.create(10, 1), { task: taskOf(1), status: 'working' });
    const read = h.get(60, 1, taskOf(1), { agent: 'auditor', as: 1 });
    const denied = h.fail(61, read, 'not-found');
    const rows = witnessRows(indexHistory(h.plan, h.history()), { events: [acked, denied] });
    const shapes = rows.flatMap((row) => ('hidden' in row || row.shape.kind === 'mark' ? [] : [row.shape]));
    expect(shapes.map(({ from, to }) => [from.kind, to.kind])).toEqual([
      ['agent', 'server'],
      ['server', 'agent'],
      ['harness', 'server'],
      ['server', 'harness'],
    ]);
  });

  it('is drawn for each violation, and what a server said stands in it as text', () => {
    const run = sampleRun();
    const text = renderReport([run], { script: null });
    expect(text.match(/<details class="witness" id="witness-[a-z-]+-1"/g)).toHaveLength(3);
    expect(text.match(/>see it happen</g)).toHaveLength(3);
    const { history, plan, finding } = lostTask();
    const [first] = run.verdict.checkers.filter(({ valid }) => valid === false);
    const found = { invariant: 'S2', message: `denied: ${HOSTILE}`, events: finding.events };
    const checkers = first === undefined ? [] : [{ ...first, findings: [found] }];
    const hostile = renderReport([{ ...run, history, plan, verdict: { ...run.verdict, checkers, coverage: [] } }], {
      script: null,
    });
    expect(hostile).toContain('class="cited"');
    expect(hostile).not.toContain(HOSTILE);
    expect(hostile).not.toMatch(/<img|<svg onload/);
  });
});
