import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FATES } from '../harness/model/verdict.ts';
import { renderReport } from './render.ts';
import { sections } from './sections/index.ts';
import { HOSTILE, sampleRun } from './testing/sample-run.ts';

const SCRIPT = 'console.log("</script>")';

function idsOf(text: string): readonly string[] {
  return [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] ?? '');
}

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/ href="#([^"]+)"/g)].map((match) => match[1] ?? '');
}

describe('renderReport', () => {
  it.each([
    ['one broken run', [sampleRun()]],
    ['one good run', [sampleRun({ broken: false })]],
    ['two runs', [sampleRun(), sampleRun({ broken: false, store: 'memory' })]],
    ['a run with more calls than rows', [sampleRun({ calls: 500 })]],
  ])('%s: every id stands once and every link leads somewhere', (_name, runs) => {
    const text = renderReport(runs, { script: null });
    const ids = idsOf(text);
    expect(ids.length).toBe(new Set(ids).size);
    expect(linksOf(text).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('lets exactly its own script run, and escapes a closing tag inside it', () => {
    const text = renderReport([sampleRun()], { script: SCRIPT });
    const inlined = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(inlined).digest('base64');
    expect(inlined).toBe('console.log("<\\/script>")');
    expect(text.replaceAll('&#39;', "'")).toContain(
      `default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-${hash}'`,
    );
  });

  it('without browser code allows no script at all', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).not.toContain('script-src');
    expect(text.match(/<script[ >]/g)).toEqual(['<script ']);
  });

  it('holds nothing a server sent as markup', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).not.toContain(HOSTILE);
    expect(text).not.toMatch(/<img|<svg onload/);
  });

  it('names the worst first: the violated checks, the rows of the calls they name', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(text).toContain('Not valid');
    const rows = [...text.matchAll(/<li id="call-(\d+)" class="bad"/g)].map((match) => Number(match[1]));
    expect(rows.sort((a, b) => a - b)).toEqual([41, 58, 77]);
    expect(text.indexOf('id="call-41"')).toBeLessThan(text.indexOf('id="call-1"'));
  });

  it('the fates add up to the calls', () => {
    const run = sampleRun();
    const total = FATES.reduce((sum, fate) => sum + (run.verdict.fates[fate] ?? 0), 0);
    expect(total).toBe(run.plan.calls.length);
    expect(renderReport([run], { script: null })).toContain('the rows add up to the calls that were planned');
    const short = { ...run, verdict: { ...run.verdict, fates: { 'settled-ok': 3 } } };
    expect(renderReport([short], { script: null })).toContain('the rows do not add up');
  });

  it('says how many rows it left out, and keeps those a finding names', () => {
    const text = renderReport([sampleRun({ calls: 500 })], { script: null });
    expect(text).toContain('380 more calls are left out here');
    expect(text).toContain('id="call-77"');
  });

  it('stays under 5 MB with thousands of calls', () => {
    const text = renderReport([sampleRun({ calls: 5000, agents: 100 })], { script: null });
    expect(text.length).toBeLessThan(5_000_000);
  });

  it('draws a run that holds nothing but its head line', () => {
    const run = sampleRun({ calls: 0 });
    const text = renderReport([{ ...run, environment: {}, stderr: [] }], { script: null });
    expect(text).toContain('id="verdict"');
  });
});

describe('the sections', () => {
  it('have ids of their own, titles, and show something of a full run', () => {
    const text = renderReport([sampleRun()], { script: null });
    expect(new Set(sections.map((section) => section.id)).size).toBe(sections.length);
    for (const { id, title } of sections) expect(text).toContain(`<section id="${id}"><h2>${title}</h2>`);
  });
});
