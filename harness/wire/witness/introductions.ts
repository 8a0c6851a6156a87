import type { EventBody } from '../../model/event.ts';
import { isObject, type JsonObject } from '../json-rpc.ts';
import { clientOf } from './spoken-message.ts';

/** Writes down by what names client and server go, each name once (notes 'client' and 'server'). */
export interface Introductions {
  ofClient(method: string, params: JsonObject): void;
  /** The answer to a greeting. */
  ofServer(result: unknown): void;
}

export function createIntroductions(record: (body: EventBody) => number): Introductions {
  const told = new Set<string>();
  const note = (topic: string, data: JsonObject) => {
    const text = `${topic} ${JSON.stringify(data)}`;
    if (told.has(text)) return;
    told.add(text);
    record({ kind: 'note', topic, data });
  };
  return {
    ofClient(method, params) {
      const client = clientOf(method, params);
      if (client !== null) note('client', client);
    },
    ofServer(result) {
      if (!isObject(result)) return;
      const meta = isObject(result._meta) ? result._meta : {};
      const info = result.serverInfo ?? meta['io.modelcontextprotocol/serverInfo'];
      if (isObject(info)) note('server', { name: info.name, version: info.version });
    },
  };
}
