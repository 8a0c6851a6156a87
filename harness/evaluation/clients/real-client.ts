import type { MetDialect } from '../../model/evaluation/client-table.ts';
import type { TransportId } from '../../model/operation.ts';
import type { Meta } from '../../model/registry.ts';

/** A client that others wrote, unmodified, and what it needs to run. Its program is fixtures/clients/<id>.mjs. */
export interface RealClient {
  readonly meta: Meta & {
    /** The package that it is known by. */
    readonly package: string;
    /** Exact versions of everything that its program imports. */
    readonly packages: Readonly<Record<string, string>>;
    /** The oldest major of Node that its packages allow. */
    readonly node: number;
    readonly dialects: readonly MetDialect[];
    /** Where it cannot greet a server, over either transport or one: to show it, it is played there where nothing goes wrong. */
    readonly cannotGreet?: readonly { readonly dialect: MetDialect; readonly over?: TransportId }[];
    /** It can work with tasks of the protocol; one that cannot calls plainly what can be called either way. */
    readonly hasTasks: boolean;
    /** Its request timeout can be set where it is made; else every run goes by its default. */
    readonly hasTimeout: boolean;
  };
}
