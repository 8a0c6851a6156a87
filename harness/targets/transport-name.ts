import type { TransportId } from '../model/operation.ts';
import { unknownName } from '../model/usage-error.ts';

/** Throws a UsageError for anything but a transport. */
export function transportNamed(name: string): TransportId {
  if (name !== 'stdio' && name !== 'http') throw unknownName('transport', name, ['stdio', 'http']);
  return name;
}
