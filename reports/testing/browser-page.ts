import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';

/** Where a Chromium is; undefined: there is none, and what needs one is left out. */
export const CHROMIUM = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

export interface OpenOptions {
  readonly width: number;
  readonly dark?: boolean;
  readonly javaScript?: boolean;
  readonly hash?: string;
  /** What the page may not run by its own policy may be run by the test. */
  readonly bypassPolicy?: boolean;
}

export interface Opened {
  readonly page: Page;
  /** What the console said, and errors of the page. */
  readonly complaints: string[];
  /** Everything that was asked for beside the file itself. */
  readonly requests: string[];
}

export interface ReportBrowser extends AsyncDisposable {
  /** A folder of its own, gone at the end. */
  readonly directory: string;
  open(text: string, options: OpenOptions): Promise<Opened>;
}

/** One browser for all tests of a file: each report is opened from disk, as its reader would. */
export async function openReportBrowser(): Promise<ReportBrowser> {
  const directory = await mkdtemp(join(tmpdir(), 'claimcheck-report-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS });
  return {
    directory,
    async open(text, { width, dark, javaScript, hash, bypassPolicy }) {
      const file = join(directory, 'report.html');
      await writeFile(file, text);
      const page = await browser.newPage({
        viewport: { width, height: 900 },
        colorScheme: dark === true ? 'dark' : 'light',
        javaScriptEnabled: javaScript ?? true,
        bypassCSP: bypassPolicy ?? false,
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
      const address = pathToFileURL(file).href + (hash ?? '');
      page.on('request', (request) => {
        if (!request.url().startsWith(address.split('#')[0] ?? '') && !request.url().startsWith('data:'))
          requests.push(request.url());
      });
      await page.goto(address);
      return { page, complaints, requests };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
