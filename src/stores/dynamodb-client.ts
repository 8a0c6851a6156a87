import { readFileSync } from 'node:fs';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { UsageError } from '../usage-error.ts';
import { type ConnectionOptions, readAddresses, shownUrl } from './connection.ts';
import { createSlots } from './slots.ts';

const CONNECT_MS_MAX = 2_000; // A connection within a region takes a few milliseconds.
const ATTEMPT_MS_MAX = 4_000; // Single-item operations take under 50 ms; a throttled one is refused, not kept waiting.
const ATTEMPTS_MAX = 3; // Hence a request ends within some 20 s, whatever became of the endpoint.
const FREE_MS_MAX = 10_000; // A connection that is not free by then will not be: the endpoint is overrun.
const WAITING_MAX = 10_000; // Ten times the tasks that wait by default.

/**
 * A client for one endpoint, or for the region that the SDK's own chain (environment, profile, role) names. An endpoint on this
 * machine knows neither regions nor accounts: there what the environment leaves out is made up.
 */
export function createDynamodbClient(
  connection: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): DynamoDBClient {
  const { caFile, poolMax: maxSockets } = connection;
  const agent = { keepAlive: true, maxSockets };
  const client = new DynamoDBClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: ATTEMPT_MS_MAX,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: caFile === undefined ? agent : { ...agent, ca: authorities(caFile) },
    },
    ...endpointOf(connection.url, env),
  });
  // The time limits count from the request, not from the moment a connection is free for it: so requests wait here.
  const slots = createSlots({
    max: maxSockets,
    waitingMax: WAITING_MAX,
    waitMsMax: FREE_MS_MAX,
    of: 'DynamoDB connections',
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      using _slot = await slots.take();
      return await next(args);
    },
    { name: 'slots', step: 'initialize' },
  );
  return client;
}

/** How messages call the place that a client reaches. */
export function shownEndpoint({ url }: ConnectionOptions): string {
  return url === undefined ? 'the region of this environment' : shownUrl(url);
}

function endpointOf(text: string | undefined, env: Readonly<Record<string, string | undefined>>): DynamoDBClientConfig {
  if (text === undefined) return {};
  const [address, ...others] = readAddresses('dynamodb', text);
  if (address === undefined || others.length > 0) {
    throw new UsageError(
      `Give one DynamoDB endpoint, not several (${shownUrl(text)}): the service does its own failover.`,
    );
  }
  const endpoint = address.href;
  if (!/^(localhost|127\.[\d.]+|\[::1\])$/.test(address.hostname)) return { endpoint };
  const hasCredentials = env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_PROFILE !== undefined;
  return {
    endpoint,
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'local',
    ...(hasCredentials ? {} : { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
}

function authorities(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(`Cannot read the file of trusted authorities ${path}.`, { cause });
  }
}
