import { expect, it } from 'vitest';
import { satisfies, unmetRequirement } from './requirement.ts';

it.each([
  ['v20.19.4', '>=20.19', true],
  ['v20.18.0', '>=20.19', false],
  ['v22.0.0', '>=22', true],
  ['v20.19.4', '>=18 <21', true],
  ['v21.0.0', '>=18 <21', false],
  ['v20.19.4', '^20.5.1', true],
  ['v22.1.0', '^20.5.1', false],
  ['v20.5.9', '~20.5', true],
  ['v20.6.0', '~20.5', false],
  ['v20.19.4', '18 || 20', true],
  ['v20.19.4', '20.x', true],
  ['v20.19.4', '>20', false],
  ['v21.0.0', '>20', true],
  ['v20.19.4', '<=20', true],
  ['v20.19.4', '*', true],
  ['v20.19.4', 'nonsense', false],
])('%s in %s: %s', (version, range, isMet) => {
  expect(satisfies(version, range)).toBe(isMet);
});

it('names what is missing, and nothing where nothing is', () => {
  const command = `${process.execPath} server.js`;
  expect(unmetRequirement({})).toBeNull();
  expect(unmetRequirement({ requires: { node: '>=18', env: ['PATH'] }, target: { command } })).toBeNull();
  expect(unmetRequirement({ requires: { node: '>=99' }, target: { command } })).toBe(
    `the profile requires Node >=99, this is ${process.version}`,
  );
  expect(unmetRequirement({ requires: { env: ['PATH', 'CLAIMCHECK_NO_SUCH', 'CLAIMCHECK_NONE'] } })).toBe(
    'the profile requires the environment variable CLAIMCHECK_NO_SUCH, CLAIMCHECK_NONE, which is not set',
  );
  expect(unmetRequirement({ requires: { node: '>=18' }, target: { command: '/nowhere/node server.js' } })).toBe(
    "the profile requires Node >=18, and its command's node does not run",
  );
});
