import { describe, expect, it } from 'vitest';
import { parseJson, readMessage as readOnWire } from '../wire/json-rpc.ts';
import { readMessage } from './message-text.ts';

describe('the outside of a message', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":7,"method":"ping"}', { type: 'request', rpcId: 7, method: 'ping', isError: false }],
    ['{"jsonrpc":"2.0","method":"ping"}', { type: 'notification', method: 'ping', isError: false }],
    ['{"jsonrpc":"2.0","id":"a","result":{}}', { type: 'response', rpcId: 'a', isError: false }],
    ['{"jsonrpc":"2.0","id":null,"error":{}}', { type: 'response', rpcId: null, isError: true }],
    ['{"jsonrpc":"2.0","error":{}}', { type: 'response', rpcId: null, isError: true }],
  ])('%s', (text, head) => {
    expect(readMessage(text)).toEqual(head);
  });

  const deep = `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  it.each(['', 'null', '[]', '{}', 'Listening', '{"id":{},"result":{}}', '{"id":[1],"error":{}}', deep])(
    'is garbage to the recorder and to the wire alike: %.40s',
    (text) => {
      expect(readMessage(text)).toEqual({ type: 'garbage', isError: false });
      expect(readOnWire(parseJson(text)).kind).toBe('garbage');
    },
  );
});
