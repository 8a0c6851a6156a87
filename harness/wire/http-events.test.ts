import { expect, it } from 'vitest';
import { readEvents } from './http-events.ts';
import type { RawReply } from './wire.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const eof = (message: string): RawReply => ({ kind: 'eof', message });
const reader = (charactersMax?: number) =>
  readEvents((text) => (text.startsWith('reply') ? eof(text) : null), 200, charactersMax);

it('takes the first of two replies, in one piece or in two', () => {
  expect(reader().data(bytes('data: notice\n\ndata: reply 1\n\ndata: reply 2\n\n'))).toEqual(eof('reply 1'));
  const cut = reader();
  expect(cut.data(bytes('data: reply 1\n\n'))).toEqual(eof('reply 1'));
  expect(cut.data(bytes('data: reply 2\n\n'))).toEqual(eof('reply 1'));
});

it('gives up an event without end, and hears no more of it', () => {
  const garbled = { kind: 'garbled', message: 'an event of the stream is too long', http: 200, text: '' };
  for (const piece of ['data: xxxxxxxxxx', 'data: xxxxxxxxxx\n']) {
    const endless = reader(60);
    let found: RawReply | null = null;
    for (let round = 0; round < 10; round += 1) found = endless.data(bytes(piece));
    expect(found).toEqual(garbled);
    expect(endless.end()).toEqual(garbled);
  }
});

it('does not mind what is no field', () => {
  const odd = reader();
  expect(odd.data(bytes('nonsense\nretry: soon\n\ndata: reply\n\n'))).toEqual(eof('reply'));
});
