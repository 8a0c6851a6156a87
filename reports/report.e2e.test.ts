import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluation } from './evaluation-report.ts';
import { renderReport } from './render.ts';
import { bundleBrowserScript } from './testing/browser-bundle.ts';
import { HOSTILE } from './testing/hostile-text.ts';
import { sampleEvaluation } from './testing/sample-evaluation.ts';
import { sampleRun } from './testing/sample-run.ts';

const CHROMIUM = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));
if (CHROMIUM === undefined)
  console.warn('left out: the report in a browser, because no chromium was found (apt-get install chromium)');

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** Where screenshots go to be looked at by eye; without it none are taken. */
const SHOTS = process.env.CLAIMCHECK_SHOTS;

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

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
  let browser: Browser;
  let directory: string;
  let script: string;

  beforeAll(async () => {
    script = await bundleBrowserScript();
    directory = await mkdtemp(join(tmpdir(), 'claimcheck-report-'));
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS });
  });

  afterAll(async () => {
    await browser?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  async function open(
    text: string,
    options: { width: number; dark?: boolean; javaScript?: boolean; hash?: string },
  ): Promise<Opened> {
    const file = join(directory, 'report.html');
    await writeFile(file, text);
    const page = await browser.newPage({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      javaScriptEnabled: options.javaScript ?? true,
    });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const address = pathToFileURL(file).href + (options.hash ?? '');
    page.on('request', (request) => {
      if (!request.url().startsWith(address.split('#')[0] ?? '') && !request.url().startsWith('data:'))
        requests.push(request.url());
    });
    await page.goto(address);
    return { page, complaints, requests };
  }

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
    const out = join(directory, 'real');
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
    const text = renderEvaluation(await sampleEvaluation(), { script });
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
    const text = renderEvaluation(await sampleEvaluation(), { script });
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
});
