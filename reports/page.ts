import { createHash } from 'node:crypto';
import type { ChartData } from './chart-data.ts';
import { html, jsonData, type Markup, ownText } from './html.ts';
import type { PageRun } from './page-run.ts';
import { STYLE } from './style.ts';

export interface PageParts {
  readonly title: string;
  /** What a row of browser tabs shows. */
  readonly tabTitle: string;
  readonly subtitle: string;
  readonly footer: readonly string[];
  readonly links: readonly { readonly id: string; readonly title: string }[];
  readonly body: Markup | readonly Markup[];
  readonly charts: readonly ChartData[];
  /** The one run that the page is about, for the browser to hold against another; absent: it is about several, or none. */
  readonly run?: PageRun;
  readonly script: string | null;
}

/** The document around the sections. It may load nothing from anywhere, and run no script but the one it was built with. */
export function page(parts: PageParts): Markup {
  const script = parts.script === null ? null : inlineScript(parts.script);
  const policy = [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(script === null ? [] : [`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`]),
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Claimcheck">
<title>${parts.tabTitle} – Claimcheck report</title>
<link rel="icon" href="data:,">
<style>${ownText(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">To the verdict</a>
<header><div><p class="brand">Claimcheck report</p><h1>${parts.title}</h1><p class="subtitle">${parts.subtitle}</p></div>
<button type="button" id="theme" hidden>Theme</button></header>
<nav aria-label="Parts of this report"><ul>${parts.links.map((link) => html`<li><a href="#${link.id}">${link.title}</a></li>`)}</ul></nav>
<main id="content">
${parts.body}
</main>
<footer>${parts.footer.map((line) => html`<p><code>${line}</code></p>`)}</footer>
<script type="application/json" id="charts">${jsonData(parts.charts)}</script>
${script !== null && parts.run !== undefined && html`<script type="application/json" id="run">${jsonData(parts.run)}</script>`}
${script !== null && html`<script>${ownText(script)}</script>`}
</body>
</html>
`;
}

/** Our own bundle, made safe to stand between script tags: a closing tag inside it would end it early. */
function inlineScript(code: string): string {
  return code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}
