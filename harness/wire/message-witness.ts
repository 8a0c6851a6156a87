import type { RpcAnswer, RpcNotification, RpcRequest } from './json-rpc.ts';

/** Sees every message of a channel as it is sent and as it arrives: for those who record where no proxy stands between. */
export interface MessageWitness {
  sent(message: RpcRequest | RpcNotification | RpcAnswer, text: string): void;
  /** One message from the server, with the status it came under, before anybody acts on it. `value`: undefined where it is no JSON. */
  arrived(value: unknown, text: string, http: number): void;
}
