/** Conversations that every process can read: the id itself holds what the handshake agreed on, signed for its caller. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Session } from '../dialects/dialect.ts';
import { SESSION_LIMITS, type SessionLimits, type Sessions } from './sessions.ts';

export interface SignedSessionOptions {
  /** Signs the ids; the same for all processes that are to know them. */
  readonly secret: () => Uint8Array;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly limits?: SessionLimits;
}

const LIFE_MS = 86_400_000; // Nobody can be asked whether it is still used; after a day its client makes another.
const NONCE_BYTES = 16;
const CAPABILITIES_BYTES_MAX = 2_048; // It travels in a header, and those are small: 8 KiB in all, with many proxies.
/** What a client can be asked for; the rest of what it declares decides nothing here. */
const KEPT_CAPABILITIES = ['elicitation', 'sampling', 'tasks'] as const;

const contents = z.strictObject({
  nonce: z.string(),
  version: z.string(),
  capabilities: z.record(z.string(), z.unknown()),
  untilMs: z.int(),
});

/**
 * No request has to come back to the process that opened the session, and none is lost with it. What that costs: a session cannot be
 * ended, it ends with its time; and a notifications/cancelled reaches only the process that it happens to be sent to.
 */
export function createSignedSessions(options: SignedSessionOptions): Sessions {
  const { secret, now, limits = SESSION_LIMITS } = options;
  // What was opened here lately: one object a conversation, for what is remembered along with it.
  const known = new Map<string, { readonly session: Session; readonly principal: string }>();
  const sign = (text: string, principal: string) =>
    createHmac('sha256', secret()).update(`session\0${principal}\0${text}`).digest();

  function remember(session: Session, principal: string): Session {
    known.delete(session.id);
    known.set(session.id, { session, principal });
    for (const id of known.keys()) {
      if (known.size <= limits.countMax) break;
      known.delete(id);
    }
    return session;
  }

  function read(id: string, principal: string): z.infer<typeof contents> | undefined {
    const [text = '', signature = '', ...more] = id.split('.');
    const expected = sign(text, principal);
    const actual = Buffer.from(signature, 'base64url');
    // Decoding forgives stray characters; a signature has one spelling.
    const isOurs = more.length === 0 && signature === expected.toString('base64url');
    if (!isOurs || !timingSafeEqual(actual, expected)) return undefined;
    const opened = contents.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return now() < opened.untilMs ? opened : undefined;
  }

  return {
    get count() {
      return known.size;
    },
    open: () => ({ id: randomBytes(NONCE_BYTES).toString('base64url') }),
    keep(session, principal) {
      const state = {
        nonce: session.id,
        version: session.protocolVersion ?? '',
        capabilities: keptOf(session.clientCapabilities ?? {}),
        untilMs: now() + LIFE_MS,
      };
      const text = Buffer.from(JSON.stringify(state)).toString('base64url');
      const id = `${text}.${sign(text, principal).toString('base64url')}`;
      remember({ ...session, id, clientCapabilities: state.capabilities }, principal);
      return id;
    },
    find(id, principal) {
      const opened = read(id, principal);
      if (opened === undefined) {
        known.delete(id);
        return undefined;
      }
      const { version, capabilities } = opened;
      const session = known.get(id)?.session ?? { id, protocolVersion: version, clientCapabilities: capabilities };
      return remember(session, principal);
    },
    end: () => 'endless',
  };
}

function keptOf(capabilities: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = Object.fromEntries(
    KEPT_CAPABILITIES.flatMap((name) => (name in capabilities ? [[name, capabilities[name]]] : [])),
  );
  return JSON.stringify(kept).length <= CAPABILITIES_BYTES_MAX ? kept : {};
}
