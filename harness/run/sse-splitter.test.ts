import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseSplitter } from './sse-splitter.ts';

describe('the SSE splitter', () => {
  it('gives each event with its data, and keeps the bytes as they came', () => {
    const splitter = createSseSplitter();
    const text = ': hello\n\nid: 1\r\ndata: {"a":1}\r\n\r\ndata: x\ndata:y\n\nrest';
    expect(splitter.push(Buffer.from(text))).toEqual([
      { raw: ': hello\n\n', data: null },
      { raw: 'id: 1\r\ndata: {"a":1}\r\n\r\n', data: '{"a":1}' },
      { raw: 'data: x\ndata:y\n\n', data: 'x\ny' },
    ]);
    expect(splitter.rest()).toBe('rest');
  });

  it('does not care where the stream is cut', () => {
    const text = 'event: message\ndata: {"name":"\u00e9\u4e2d"}\n\n: ping\n\ndata: 2\n\n';
    const whole = createSseSplitter().push(Buffer.from(text));
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const splitter = createSseSplitter();
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(places[index] ?? 0, end)));
        expect(pieces).toEqual(whole);
      }),
    );
  });
});
