import { existsSync, readFileSync } from 'node:fs';

/**
 * The bundled browser code, or null where it was not built: then charts stay away and their tables stand alone. Built, it lies
 * beside this file in dist/reports; run from the sources, dist is looked into.
 */
export function readBrowserScript(): string | null {
  const places = [new URL('./browser.js', import.meta.url), new URL('../dist/reports/browser.js', import.meta.url)];
  const found = places.find((place) => existsSync(place));
  return found === undefined ? null : readFileSync(found, 'utf8');
}
