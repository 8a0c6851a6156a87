import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRatios } from '../harness/gate/call-ratios.ts';
import type { ReportedEvaluation } from './evaluation-input.ts';
import { renderEvaluation } from './evaluation-report.ts';
import { type ReportRun, type RunRatios, renderReport } from './render.ts';
import { bundleBrowserScript } from './testing/browser-bundle.ts';
import { CHROMIUM, openReportBrowser, type ReportBrowser } from './testing/browser-page.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleEvaluation } from './testing/sample-evaluation.ts';
import { sampleRun } from './testing/sample-run.ts';

if (CHROMIUM === undefined)
  console.warn('left out: the report in a browser, because no chromium was found (apt-get install chromium)');

/** Where screenshots go to be looked at by eye; without it none are taken. */
const SHOTS = process.env.CLAIMCHECK_SHOTS;

/** How a child process ended and what it said on stderr. The test's own time limit is its limit. */
function ended(child: ChildProcessWithoutNullStreams): Promise<{ status: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.stdout.resume();
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stderr }));
  });
}

describe.skipIf(CHROMIUM === undefined)('the report in a browser (needs chromium: apt-get install chromium)', () => {
  let browser: ReportBrowser;
  let script: string;
  let evaluation: ReportedEvaluation;
  const open: ReportBrowser['open'] = (text, options) => browser.open(text, options);

  beforeAll(async () => {
    script = await bundleBrowserScript();
    evaluation = await sampleEvaluation();
    browser = await openReportBrowser();
  });

  afterAll(() => browser?.[Symbol.asyncDispose]());

  it.each([
    [1280, false],
    [390, false],
    [1280, true],
    [390, true],
  ])(
    'at %d px (dark: %s) nothing complains, nothing is loaded and nothing is wider than the window',
    async (width, dark) => {
      const { page, complaints, requests } = await open(renderReport([sampleRun()], { script }), { width, dark });
      expect(await page.locator('canvas').count()).toBe(3);
      expect(await page.locator('.canvas:not([hidden])').count()).toBe(3);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      if (SHOTS)
        await page.screenshot({ path: join(SHOTS, `report-${width}-${dark ? 'dark' : 'light'}.png`), fullPage: true });
      expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
      await page.close();
    },
  );

  it('draws every chart', async () => {
    const { page } = await open(renderReport([sampleRun()], { script }), { width: 1280 });
    const drawn = await page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) =>
      new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size)`);
    for (const colours of Array.isArray(drawn) ? drawn : []) expect(colours).toBeGreaterThan(20);
    expect(drawn).toHaveLength(3);
    await page.close();
  });

  it('what a server sent stands as text and runs nothing', async () => {
    const { page, complaints } = await open(renderReport([sampleRun()], { script }), { width: 1280 });
    const text = String(await page.evaluate('document.body.textContent'));
    expect(text).toContain('</script><img src=x onerror=');
    expect(text).toContain(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('a link to an event opens its row and shows it', async () => {
    const run = sampleRun();
    const seq = run.verdict.checkers.flatMap((checker) => checker.findings)[0]?.events[0];
    const { page } = await open(renderReport([run], { script }), { width: 1280, hash: `#event-${seq}` });
    expect(await page.locator(`#event-${seq}`).isVisible()).toBe(true);
    const inView = await page.evaluate(
      `(() => { const box = document.getElementById('event-${seq}').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()`,
    );
    expect(inView).toBe(true);
    await page.close();
  });

  it('reads without JavaScript: the verdict, the timeline and each chart as its table', async () => {
    const { page, complaints } = await open(renderReport([sampleRun()], { script }), {
      width: 1280,
      javaScript: false,
    });
    expect(await page.locator('.verdict-word').textContent()).toContain('Not valid');
    expect(await page.locator('ol.gantt > li').count()).toBe(120);
    expect(await page.locator('figure table').first().isVisible()).toBe(true);
    expect(await page.locator('canvas').first().isVisible()).toBe(false);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, 'report-no-script.png'), fullPage: true });
    expect(complaints.filter((text) => !text.includes('JavaScript'))).toEqual([]);
    await page.close();
  });

  it('the replay command is copied, or selected where a page may not write to the clipboard', async () => {
    const { page } = await open(renderReport([sampleRun()], { script }), { width: 1280 });
    const button = page.locator('button[data-copy]');
    await button.click();
    await expect.poll(() => button.textContent()).toMatch(/^(Copied|Selected: press Ctrl\+C)$/);
    await page.close();
  });

  // Twenty agents, three kills and a server that forgets: about ten seconds, and several times that on a busy machine.
  it('a real run reads as what happened: every link leads somewhere, a finding opens its row', async () => {
    const out = join(browser.directory, 'real');
    const main = fileURLToPath(new URL('../dist/harness/cli/main.js', import.meta.url));
    const { status, stderr } = await ended(
      spawn(process.execPath, [main, 'run', 'crash-mid-task', '--store', 'memory', '--out', out, '--quiet']),
    );
    expect({ status, stderr }).toMatchObject({ status: 1 });
    const verdict: { readonly fates: Readonly<Record<string, number>> } = JSON.parse(
      await readFile(join(out, 'verdict.json'), 'utf8'),
    );
    const lost = verdict.fates.lost ?? 0;
    expect(lost).toBeGreaterThan(0);
    const text = await readFile(join(out, 'report.html'), 'utf8');
    expect(text.length).toBeLessThan(5_000_000);
    const { page, complaints, requests } = await open(text, { width: 390 });
    expect(await page.title()).toContain('Not valid: crash-mid-task');
    expect(await page.locator('.unanswered').textContent()).toContain(`${lost} lost`);
    expect(await page.locator('ol.gantt > li.bad').count()).toBeGreaterThan(0);
    const dead = await page.evaluate(
      `[...document.querySelectorAll('a[href^="#"]')].filter((link) => document.getElementById(link.hash.slice(1)) === null).length`,
    );
    expect(dead).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const link = page.locator('.wrong .links a[href^="#event-"]').first();
    const target = page.locator((await link.getAttribute('href')) ?? '');
    expect(await target.isVisible()).toBe(false);
    await link.click();
    expect(await target.isVisible()).toBe(true);
    expect(await page.locator('ol.gantt details[open]').textContent()).toContain('by SIGKILL');
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    await page.close();
  });

  it('several runs stand side by side, each with its own links', async () => {
    const runs = [sampleRun({ broken: false }), sampleRun({ store: 'memory' })];
    const { page, complaints } = await open(renderReport(runs, { script }), { width: 1280, hash: '#run-2-call-41' });
    expect(await page.locator('#run-2-call-41').isVisible()).toBe(true);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, 'report-compared.png') });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    [360, false],
    [1280, true],
    [2560, false],
  ])('an evaluation at %d px (dark: %s) draws its charts, and is no wider than the window', async (width, dark) => {
    const text = renderEvaluation(evaluation, { script });
    const { page, complaints, requests } = await open(text, { width, dark });
    expect(await page.locator('.canvas:not([hidden])').count()).toBe(3);
    const colours = await page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) =>
      new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size > 20)`);
    expect(colours).toEqual([true, true, true]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `evaluation-${width}.png`), fullPage: true });
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    await page.close();
  });

  it('an example of a failure leads to its timeline and opens it; without JavaScript the tables stand alone', async () => {
    const text = renderEvaluation(evaluation, { script });
    const { page } = await open(text, { width: 1280 });
    await page.evaluate(`document.querySelectorAll('#failures details').forEach((fold) => { fold.open = true; })`);
    const link = page.locator('#failures a[href^="#episode-"]').last();
    const target = page.locator((await link.getAttribute('href')) ?? '');
    await link.click();
    await expect.poll(() => target.locator('.tracks').isVisible()).toBe(true);
    await page.close();
    const plain = await open(text, { width: 1280, javaScript: false });
    expect(await plain.page.locator('#robustness table').isVisible()).toBe(true);
    expect(await plain.page.locator('canvas').first().isVisible()).toBe(false);
    await plain.page.close();
  });

  it.each([
    ['a pass', () => renderReport([sampleRun({ calls: 12, agents: 4, broken: false })], { script })],
    ['a fail', () => renderReport([sampleRun({ calls: 60, agents: 6 })], { script })],
    ['an unknown', () => renderReport([unknownRun()], { script })],
    ['a comparison', () => renderReport(comparedRuns(), { script, ratios: ratiosOf(comparedRuns()) })],
  ])('%s is in order for axe, in light and dark, and no wider than a window of 360 or 2,560 px', async (name, draw) => {
    const text = draw();
    for (const dark of [false, true]) {
      const { page, complaints, requests } = await open(text, { width: 1280, dark, bypassPolicy: true });
      const { found, looked } = await axe(page);
      expect({ name, dark, found }).toEqual({ name, dark, found: [] });
      expect(looked).toContain('color-contrast');
      for (const width of [360, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        // Charts follow the window a moment later.
        await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        if (SHOTS && !dark) {
          const file = `${name.replace(/^an? /, '')}-${width}.png`;
          await page.screenshot({ path: join(SHOTS, file), fullPage: true });
        }
      }
      expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
      await page.close();
    }
  });

  it('axe would say so: grey on grey is found', async () => {
    const text = renderReport([sampleRun({ calls: 1, broken: false })], { script });
    const { page } = await open(text, { width: 1280, bypassPolicy: true });
    await page.evaluate(`document.querySelector('h1').style.color = '#eee'`);
    expect((await axe(page)).found).toEqual([expect.stringContaining('color-contrast')]);
    await page.close();
  });

  it('calls that have no row of their own are in a list of which only what is in sight is drawn, and links find them', async () => {
    const run = sampleRun({ calls: 500 });
    const { page, complaints } = await open(renderReport([run], { script }), { width: 1280, hash: '#call-499' });
    const lines = page.locator('.all-calls .line');
    await expect.poll(() => page.locator('.all-calls .line.marked').count()).toBe(1);
    expect(await page.locator('.all-calls .line.marked').textContent()).toContain('call 499');
    expect(await lines.count()).toBeLessThan(60);
    await page.locator('.all-calls select').nth(1).selectOption('stuck');
    await expect.poll(() => page.locator('.all-calls [role=status]').textContent()).toBe('1 of 500 calls');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('an address names a task and a second, and its row is opened', async () => {
    const { page, complaints } = await open(renderReport([sampleRun()], { script }), {
      width: 1280,
      hash: '#task=task-41&t=6.5',
    });
    expect(await page.locator('#call-41 details').getAttribute('open')).toBe('');
    expect(await page.locator('#call-41').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('another report, or its verdict.json, is held against this one without leaving the page', async () => {
    const other = sampleRun({ store: 'memory' });
    const text = renderReport([sampleRun({ broken: false })], { script });
    const { page, complaints, requests } = await open(text, { width: 390 });
    const choose = (name: string, body: string) =>
      page.locator('#compare input').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(body) });
    const cells = page.locator('#compare tbody tr', { hasText: 'Calls lost' }).locator('td');
    await choose('other.html', renderReport([other], { script }));
    await expect.poll(() => cells.allTextContents()).toEqual(['0', '1', '']);
    expect(await page.locator('#compare caption').textContent()).toContain('memory');
    const hostile = { ...other.verdict, scenario: HOSTILE };
    await choose('verdict.json', JSON.stringify(hostile));
    await expect.poll(() => page.locator('#compare tbody').textContent()).toContain(HOSTILE);
    expect(await cells.allTextContents()).toEqual(['0', '1', '']);
    await choose('plan.json', JSON.stringify(other.plan));
    await expect.poll(() => page.locator('#compare .compared').textContent()).toContain('neither a report');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    await page.close();
  });

  it('prints white and open, also from a dark screen', async () => {
    const { page } = await open(renderReport([sampleRun()], { script }), { width: 1280, dark: true });
    await page.locator('#theme').click();
    await page.locator('#theme').click();
    const pdf = await page.pdf({ printBackground: true, preferCSSPageSize: true });
    if (SHOTS) await writeFile(join(SHOTS, 'report.pdf'), pdf);
    // Every page of a PDF is an object of its own.
    const pages = pdf.toString('latin1').match(/\/Type ?\/Page\b(?!s)/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(3);
    expect(pages).toBeLessThan(60);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.locator('figure.chart table').first().isVisible()).toBe(true);
    await page.close();
  });

  it('goes by keyboard: the first stop leads past the links, and folds open', async () => {
    const { page } = await open(renderReport([sampleRun()], { script }), { width: 1280 });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the verdict');
    await page.locator('#call-41 summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#call-41 details').getAttribute('open')).toBe('');
    await page.close();
  });
});

/** Evidence is missing: one check could not be judged, one situation never came up. */
function unknownRun(): ReportRun {
  const run = sampleRun({ calls: 12, agents: 4, broken: false });
  const [first, ...checkers] = run.verdict.checkers;
  const unsure = first === undefined ? [] : [{ ...first, valid: 'unknown' as const, reason: 'no task was ever seen' }];
  const coverage = run.verdict.coverage.map((row) => ({ ...row, required: true }));
  const verdict = {
    ...run.verdict,
    valid: 'unknown' as const,
    exitCode: 2,
    checkers: [...unsure, ...checkers],
    coverage,
  };
  return { ...run, verdict };
}

function comparedRuns(): readonly ReportRun[] {
  const size = { calls: 12, agents: 4, broken: false };
  return [sampleRun(size), sampleRun({ ...size, store: 'memory' })];
}

function ratiosOf([baseline, candidate]: readonly ReportRun[]): readonly RunRatios[] {
  if (baseline === undefined || candidate === undefined) return [];
  return [{ baseline: 0, candidate: 1, rows: callRatios(baseline, candidate) }];
}

/** What axe found to be serious or critical, and the rules that it tried. */
async function axe(page: Page): Promise<{ readonly found: readonly string[]; readonly looked: readonly string[] }> {
  await page.addScriptTag({ path: fileURLToPath(import.meta.resolve('axe-core/axe.min.js')) });
  const text = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then((result) => JSON.stringify({
      found: result.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')),
      looked: [...result.passes, ...result.violations].map(({ id }) => id),
    }))`,
  );
  return JSON.parse(String(text));
}
