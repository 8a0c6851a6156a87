import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** The browser code as the build makes it, so that tests of sources need no build first. */
export async function bundleBrowserScript(): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../browser/main.ts', import.meta.url)),
    platform: 'browser',
  });
  await using _closed = { [Symbol.asyncDispose]: () => bundle.close() };
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  return output[0].code;
}
