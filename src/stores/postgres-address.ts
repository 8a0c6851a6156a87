import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type pg from 'pg';
import { messageOf, UsageError } from '../usage-error.ts';
import { type ConnectionOptions, readAddresses, shownUrl } from './connection.ts';

/** One place where a PostgreSQL server may be. */
export interface PostgresAddress {
  /** For messages: without its password. */
  readonly shown: string;
  readonly config: pg.ClientConfig;
}

const CONNECT_MS_MAX = 3_000; // A server next door answers within milliseconds; one that is down must not hold up the next address.
const STATEMENT_MS_MAX = 5_000; // The server's own limit. The slowest statement reads 200 records; at 1 MiB each that takes one second.
const ANSWER_MS_MAX = 7_000; // For a server that cannot keep its limit: stopped, or cut off.

/**
 * The addresses of a URL in the order they are to be tried. Every socket opened to one stands in `sockets` until it is closed.
 * Throws a UsageError when the URL is none or the CA file cannot be read.
 */
export function postgresAddresses(connection: ConnectionOptions, sockets: Set<Socket>): readonly PostgresAddress[] {
  const { url, caFile } = connection;
  const ssl = caFile === undefined ? {} : { ssl: { ca: readCertificates(caFile) } };
  return readAddresses('postgres', url).map((address) => {
    // The driver lets a mode in the URL replace all that is said of TLS beside it.
    if (caFile !== undefined) address.searchParams.delete('sslmode');
    const config = {
      connectionString: address.href,
      ...ssl,
      fallback_application_name: 'claimcheck',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      statement_timeout: STATEMENT_MS_MAX,
      query_timeout: ANSWER_MS_MAX,
      stream: () => newSocket(sockets),
    };
    return { shown: shownUrl(address.href), config };
  });
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read the certificates ${path}: ${messageOf(cause)}`, { cause });
  }
}

function newSocket(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}
