import type { TransportId } from '../model/operation.ts';

/** One numbered sentence of a protocol, as data; what is seen of it comes from probes. */
export interface Requirement {
  readonly id: string;
  /** One sentence of our own. */
  readonly title: string;
  readonly level: 'must' | 'should';
  /** Whose duty it is: those of clients a server cannot show. */
  readonly subject: 'server' | 'client';
  readonly section: Section;
  /** Over which transports it says anything at all. */
  readonly transports: readonly TransportId[];
  /** Check id of the official conformance suite. */
  readonly conformance?: string;
  /** Why no probe can show it; left out: one can. */
  readonly unseen?: string;
}

export interface Section {
  readonly name: string;
  readonly url: string;
}

export const BOTH: readonly TransportId[] = ['stdio', 'http'];
export const HTTP_ONLY: readonly TransportId[] = ['http'];

/** Why a client's duty is not observable here. */
export const CLIENT_DUTY = 'a duty of the client; `claimcheck interpose` shows what a client does';
