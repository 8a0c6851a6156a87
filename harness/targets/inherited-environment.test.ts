import { afterEach, expect, it, vi } from 'vitest';
import { inheritedEnvironment } from './inherited-environment.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a program of somebody else is given what is named, and no key of ours', () => {
  vi.stubEnv('PATH', '/usr/bin');
  vi.stubEnv('HOME', '/somebody');
  vi.stubEnv('LANG', undefined);
  vi.stubEnv('TMPDIR', '/scratch');
  vi.stubEnv('SOMEBODYS_API_KEY', 'secret');
  expect(inheritedEnvironment()).toEqual({ PATH: '/usr/bin', HOME: '/somebody' });
  expect(inheritedEnvironment(['TMPDIR'])).toEqual({
    PATH: '/usr/bin',
    HOME: '/somebody',
    TMPDIR: '/scratch',
  });
});
