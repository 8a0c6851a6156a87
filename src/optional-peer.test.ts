import { expect, test } from 'vitest';
import { withPeers } from './optional-peer.ts';
import { UsageError } from './usage-error.ts';

const load = (name: string) => import(/* @vite-ignore */ name);

test('a package that is not installed is named together with the command that installs it', async () => {
  const missing = withPeers(['there-is-no-such-package'], () => load('there-is-no-such-package'));
  await expect(missing).rejects.toThrow(UsageError);
  await expect(missing).rejects.toThrow(/npm install there-is-no-such-package$/);
});

test('another module that is missing is a fault, not a package to install', async () => {
  const missing = withPeers(['zod'], () => load('there-is-no-such-package'));
  await expect(missing).rejects.not.toThrow(UsageError);
  await expect(withPeers(['zod'], () => load('zod'))).resolves.toHaveProperty('z');
});
