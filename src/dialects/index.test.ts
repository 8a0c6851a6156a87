import { expect, test } from 'vitest';
import { dialects } from './index.ts';

test.each(Object.entries(dialects))('%s is registered under its own id and can be made', async (id, entry) => {
  const module = await entry.load();
  expect(module.meta).toEqual(entry.meta);
  expect(entry.meta.id).toBe(id);
  expect(entry.meta.title).toMatch(/\w/);
  expect(entry.meta.description).toMatch(/\w/);
  expect(typeof module.create).toBe('function');
});
