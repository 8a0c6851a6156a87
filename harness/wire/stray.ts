import type { RpcId } from './json-rpc.ts';

/** A message that answers nothing that is open: reported, never an error. */
export type Stray =
  /** To a request whose time limit had passed. */
  | { readonly kind: 'late'; readonly rpcId: RpcId }
  /** To a request that had been answered. */
  | { readonly kind: 'duplicate'; readonly rpcId: RpcId }
  /** To no request of ours; null: an error without an id. */
  | { readonly kind: 'unknown'; readonly rpcId: RpcId | null }
  /** No JSON-RPC message. */
  | { readonly kind: 'garbage'; readonly text: string; readonly why: string };

/** Quoted of a garbage line. */
export const GARBAGE_CHARS_MAX = 500;
