import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { renderClients } from '../../reports/clients-report.ts';
import { parsed } from '../evaluation/driver/saved-episodes.ts';
import { CLIENTS_SCHEMA, type ClientTable } from '../model/evaluation/client-table.ts';
import { UsageError } from '../model/usage-error.ts';

export const CLIENTS_FILE = 'clients.json';

const head = z.object({ schema: z.literal(CLIENTS_SCHEMA) });

/** A folder that holds a table of clients, not a run. */
export function isClientsDirectory(path: string): boolean {
  return existsSync(join(path, CLIENTS_FILE));
}

/** One HTML file for a saved table. `name`: the folder as its reader would name it. */
export function drawSavedClients(directory: string, name: string): string {
  const path = join(directory, CLIENTS_FILE);
  const table: ClientTable = parsed(readFileSync(path, 'utf8'), path);
  if (!head.safeParse(table).success) throw new UsageError(`${path} is not a table of clients (${CLIENTS_SCHEMA})`);
  return drawClients(table, name);
}

export function drawClients(table: ClientTable, name: string): string {
  return renderClients(table, { directory: name });
}
