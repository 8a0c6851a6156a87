import { expect, it } from 'vitest';
import { headerValue } from './envelope.ts';
import { createRequestTags } from './request-tags.ts';

const tag = (call: number) => ({ op: 'get' as const, call, attempt: 1, agent: 1 });

it('keeps tags apart by connection, id and the type of the id', () => {
  const tags = createRequestTags();
  tags.set('a1', 1, tag(1));
  tags.set('a1', '1', tag(2));
  tags.set('a2', 1, tag(3));
  expect([tags.get('a1', 1), tags.get('a1', '1'), tags.get('a2', 1)]).toEqual([tag(1), tag(2), tag(3)]);
  tags.delete('a1', 1);
  expect(tags.get('a1', 1)).toBeUndefined();
});

it('forgets the oldest beyond its bound', () => {
  const tags = createRequestTags(2);
  tags.set('a1', 1, tag(1));
  tags.set('a1', 2, tag(2));
  tags.set('a1', 1, tag(4));
  tags.set('a1', 3, tag(3));
  expect([1, 2, 3].map((id) => tags.get('a1', id)?.call)).toEqual([4, undefined, 3]);
});

it('wraps a header value only where it must', () => {
  expect(headerValue('render_report')).toBe('render_report');
  expect(headerValue('two words')).toBe('two words');
  expect(headerValue('ß')).toBe('=?base64?w58=?=');
  expect(headerValue(' padded')).toBe('=?base64?IHBhZGRlZA==?=');
  expect(headerValue('a\r\nb: c')).toBe('=?base64?YQ0KYjogYw==?=');
  expect(headerValue('=?base64?w58=?=')).toBe('=?base64?PT9iYXNlNjQ/dzU4PT89?=');
  expect(headerValue('')).toBe('=?base64??=');
});
