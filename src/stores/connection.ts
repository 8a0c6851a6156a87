import { z } from 'zod';
import { UsageError } from '../usage-error.ts';

/** The programs that networked stores and queues stand on: where a URL may come from, and what it looks like. */
export const ENGINES = {
  redis: { title: 'Redis', variable: 'CLAIMCHECK_REDIS_URL', schemes: ['redis:', 'rediss:'] },
  postgres: { title: 'PostgreSQL', variable: 'CLAIMCHECK_POSTGRES_URL', schemes: ['postgres:', 'postgresql:'] },
  dynamodb: { title: 'DynamoDB', variable: 'CLAIMCHECK_DYNAMODB_ENDPOINT', schemes: ['http:', 'https:'] },
} as const;

export type Engine = keyof typeof ENGINES;

/** How a store or queue reaches its engine. */
export interface ConnectionOptions {
  /** One address, or several for failover (`readAddresses`); may hold a password: `shownUrl` is for messages. */
  readonly url?: string | undefined;
  /** Stands before every name it makes there (keys, schema, table), so that several servers may share an engine. */
  readonly prefix: string;
  /** Connections this process opens at most. */
  readonly poolMax: number;
  /** PEM file with the authorities to trust for TLS, in place of the system's. */
  readonly caFile?: string | undefined;
}

const PREFIX_DEFAULT = 'claimcheck';
const PREFIX_VARIABLE = 'CLAIMCHECK_PREFIX';
const POOL_MAX_DEFAULT = 10; // What drivers open by default; more hardly helps a single-threaded process.

const url = z.string().min(1).max(4_096);
// What is a valid start of a Redis key, a PostgreSQL schema (63 bytes, with room for an ending) and a DynamoDB table at once.
const prefix = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected a lower-case letter, then at most 39 of a-z, 0-9 and _');
const poolMax = z.int().min(1).max(1_000);
const caFile = z.string().min(1);

export const connectionSchema = z.strictObject({
  url: url.optional(),
  prefix: prefix.default(PREFIX_DEFAULT),
  poolMax: poolMax.default(POOL_MAX_DEFAULT),
  caFile: caFile.optional(),
});

/** What is left out is the store's, when both stand on one engine, else the default. */
export const queueConnectionSchema = z.strictObject({
  url: url.optional(),
  prefix: prefix.optional(),
  poolMax: poolMax.optional(),
  caFile: caFile.optional(),
});

export interface ConnectionChoice {
  readonly store: ConnectionOptions;
  readonly storeEngine: Engine | undefined;
  readonly queue: z.output<typeof queueConnectionSchema>;
  readonly queueEngine: Engine | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The connections of a server: what is configured, then what the environment says for that engine. */
export function chooseConnections(choice: ConnectionChoice): {
  readonly store: ConnectionOptions;
  readonly queue: ConnectionOptions;
} {
  const { store, storeEngine, queue, queueEngine, env } = choice;
  const base = storeEngine !== undefined && storeEngine === queueEngine ? store : connectionSchema.parse({});
  const own: ConnectionOptions = {
    url: queue.url ?? base.url,
    prefix: queue.prefix ?? base.prefix,
    poolMax: queue.poolMax ?? base.poolMax,
    caFile: queue.caFile ?? base.caFile,
  };
  return { store: withEnvironment(store, storeEngine, env), queue: withEnvironment(own, queueEngine, env) };
}

function withEnvironment(
  options: ConnectionOptions,
  engine: Engine | undefined,
  env: ConnectionChoice['env'],
): ConnectionOptions {
  if (engine === undefined) return options;
  const named = { ...options, prefix: prefixOf(options, env) };
  if (options.url !== undefined) return named;
  const found = env[ENGINES[engine].variable];
  return found === undefined || found === '' ? named : { ...named, url: found };
}

/** A name that was chosen holds; what was left at its default may be named by the environment. Throws a UsageError when that is no prefix. */
function prefixOf(options: ConnectionOptions, env: ConnectionChoice['env']): string {
  const found = env[PREFIX_VARIABLE];
  if (found === undefined || found === '' || options.prefix !== PREFIX_DEFAULT) return options.prefix;
  const { data, error } = prefix.safeParse(found);
  if (data !== undefined) return data;
  throw new UsageError(`${PREFIX_VARIABLE}: ${error?.issues[0]?.message ?? 'no prefix'}.`);
}

/**
 * Every address of a URL that may name several, in the order they are to be tried: `redis://a:1,redis://b:2`, or with all the rest
 * in common `postgres://user:secret@a:1,b:2/name?x=y`. Throws a UsageError, without any password, when there is none or one is not
 * a URL of that engine.
 */
export function readAddresses(engine: Engine, text: string | undefined): readonly URL[] {
  const { title, variable, schemes } = ENGINES[engine];
  if (text === undefined) {
    throw new UsageError(`No address of a ${title} server: give --store-url or --queue-url, or set ${variable}.`);
  }
  const addresses = wholeAddresses(text).map((address) => {
    const parsed = parse(address);
    if (parsed !== undefined && schemes.some((scheme) => scheme === parsed.protocol) && parsed.hostname !== '') {
      return parsed;
    }
    const form = schemes.map((scheme) => `${scheme}//`).join(' or ');
    throw new UsageError(`'${shownUrl(address)}' is no address of a ${title} server: expected ${form}host:port.`);
  });
  return addresses;
}

/** A URL for messages and logs: scheme, user, host, port and path. Passwords and parameters are left out. */
export function shownUrl(text: string): string {
  return wholeAddresses(text).map(shownAddress).join(',');
}

function shownAddress(address: string): string {
  const parsed = parse(address);
  // What cannot be read may have its password anywhere.
  if (parsed === undefined) return `${/^[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? ''}…`;
  const user = parsed.username === '' ? '' : `${parsed.username}@`;
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`;
}

function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

function wholeAddresses(text: string): readonly string[] {
  return text.split(/,(?=[a-z][a-z0-9+.-]*:\/\/)/i).flatMap(sharedAddresses);
}

/** `scheme://user@a:1,b:2/rest` as `scheme://user@a:1/rest` and `scheme://user@b:2/rest`. */
function sharedAddresses(text: string): readonly string[] {
  const [, before, hosts, after] = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/is.exec(text) ?? [];
  if (before === undefined || hosts === undefined || after === undefined) return [text];
  return hosts.split(',').map((host) => `${before}${host}${after}`);
}
