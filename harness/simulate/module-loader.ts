import type { ImportAttributes } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { type Module, SourceTextModule } from 'node:vm';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { type CommonJs, createCommonJs, exportsForImport } from './common-js.ts';
import { createImportResolver, type ImportResolver, pathOf } from './import-resolver.ts';
import { createOwnFiles, type OwnFile, type OwnFiles, syntaxFault } from './own-file.ts';
import { constantModule, createSharedModules, type SharedModules } from './shared-modules.ts';
import { MODULE_THREAD_FLAGS } from './thread-flags.ts';
import type { World } from './world.ts';

/** A module whose own files are evaluated anew for each boot; packages and node: modules are loaded once. */
export interface ModuleLoader {
  /**
   * What one incarnation of the module exports. Called in the boot it belongs to. Rejects with what the module throws, and
   * with a UsageError where an import does not fit what is exported.
   */
  load(world: Pick<World, 'outside'>): Promise<ModuleExports>;
}

export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Reads the module with all that it imports, and loads the packages among that: real time passes, so it comes before a run.
 * Memory that a killed server had is lost because its files are evaluated anew; a package's own state is not (there is one
 * instance of each package a thread). Throws a UsageError for a file that is missing or wrong.
 */
export async function createModuleLoader(file: string): Promise<ModuleLoader> {
  if (SourceTextModule === undefined) throw new Error(`expected a thread with ${MODULE_THREAD_FLAGS.join(' ')}`);
  // V8's cache would keep every boot's modules alive, and look each new one up among all that were.
  setFlagsFromString('--no-compilation-cache');
  const url = pathToFileURL(file).href;
  const parts = { files: createOwnFiles(url), shared: createSharedModules(), resolve: createImportResolver() };
  await preload(url, parts);
  return { load: (world) => new Incarnation(parts, world).load(url) };
}

interface LoaderParts {
  readonly files: OwnFiles;
  readonly shared: SharedModules;
  readonly resolve: ImportResolver;
}

/** Every file that is imported by name is read and compiled, every package among them loaded. */
async function preload(root: string, { files, shared, resolve }: LoaderParts): Promise<void> {
  const pending: { readonly url: string; readonly by: string | null }[] = [{ url: root, by: null }];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { url, by } = next;
    if (seen.has(url)) continue;
    seen.add(url);
    if (!files.isOwn(url)) {
      await loadShared(shared, url, by ?? url);
      continue;
    }
    const file = files.read(url, by);
    if (file.kind !== 'module') continue;
    const { dependencySpecifiers } = compile(file, url);
    for (const specifier of dependencySpecifiers) pending.push({ url: resolve(specifier, url), by: file.path });
  }
}

async function loadShared(shared: SharedModules, url: string, by: string): Promise<void> {
  try {
    await shared.get(url);
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(`${by} imports ${pathOf(url)}, which cannot be loaded: ${why}`, { cause: error });
  }
}

/** One boot's instances of the user's files. */
class Incarnation {
  readonly #parts: LoaderParts;
  readonly #world: Pick<World, 'outside'>;
  readonly #commonJs: CommonJs;
  readonly #instances = new Map<string, Promise<Module> | Module>();
  // Two graphs with a file in common must not be linked at the same time.
  #linked: Promise<unknown> = Promise.resolve();

  constructor(parts: LoaderParts, world: Pick<World, 'outside'>) {
    this.#parts = parts;
    this.#world = world;
    this.#commonJs = createCommonJs({ files: parts.files, importFrom: this.#import });
  }

  async load(url: string): Promise<ModuleExports> {
    const module = await this.#link(url, null);
    // Not waited for as something outside: a module may wait for a timer while it is loaded, which needs time to pass.
    await module.evaluate();
    return Object.fromEntries(Object.entries(module.namespace));
  }

  readonly #import = async (parentUrl: string, specifier: string, attributes: ImportAttributes): Promise<Module> => {
    const url = this.#parts.resolve(specifier, parentUrl);
    this.#checkAttributes(url, attributes, pathOf(parentUrl));
    const module = await this.#world.outside(this.#link(url, pathOf(parentUrl)));
    // A module that imports itself, or one that is waiting for this one, is there already.
    if (module.status !== 'evaluating') await module.evaluate();
    return module;
  };

  #link(url: string, by: string | null): Promise<Module> {
    const linked = this.#linked.then(async () => {
      const module = await this.#instanceOf(url, by);
      if (module.status === 'unlinked') await this.#linkGraph(module);
      return module;
    });
    this.#linked = linked.catch(() => {});
    return linked;
  }

  async #linkGraph(root: Module): Promise<void> {
    try {
      await root.link((specifier, parent, { attributes }) => {
        const url = this.#parts.resolve(specifier, parent.identifier);
        const by = pathOf(parent.identifier);
        this.#checkAttributes(url, attributes, by);
        return this.#instanceOf(url, by);
      });
    } catch (error) {
      // What is imported and what is exported do not fit; V8 does not say where.
      if (error instanceof SyntaxError) throw new UsageError(`${pathOf(root.identifier)}: ${error.message}`);
      throw error;
    }
  }

  #instanceOf(url: string, by: string | null): Promise<Module> | Module {
    const known = this.#instances.get(url);
    if (known !== undefined) return known;
    const { files, shared } = this.#parts;
    const instance = files.isOwn(url) ? this.#instantiate(files.read(url, by), url) : shared.get(url);
    this.#instances.set(url, instance);
    return instance;
  }

  /** As Node has it: JSON is imported only `with { type: 'json' }`. */
  #checkAttributes(url: string, attributes: ImportAttributes, by: string): void {
    if (this.#parts.files.isOwn(url) && url.endsWith('.json') && attributes.type !== 'json') {
      throw new UsageError(`${by} imports ${pathOf(url)}: JSON needs "with { type: 'json' }".`);
    }
  }

  #instantiate(file: OwnFile, url: string): Promise<Module> | Module {
    switch (file.kind) {
      case 'module':
        return compile(file, url, this.#import);
      case 'json':
        return constantModule(url, { default: parseJsonFile(file) });
      case 'commonjs':
        // Its names are known only once it has run, so it runs a little earlier than in Node: when it is linked.
        return constantModule(url, exportsForImport(this.#commonJs.load(file)));
    }
  }
}

type ImportFrom = (parentUrl: string, specifier: string, attributes: ImportAttributes) => Promise<Module>;

function compile(file: OwnFile, url: string, importFrom?: ImportFrom): SourceTextModule {
  try {
    return new SourceTextModule(file.source, {
      identifier: url,
      initializeImportMeta(meta) {
        const resolve = (specifier: string) => import.meta.resolve(specifier, url);
        Object.assign(meta, { url, filename: file.path, dirname: dirname(file.path), resolve });
      },
      ...(importFrom && {
        importModuleDynamically: (specifier, _module, attributes) => importFrom(url, specifier, attributes),
      }),
    });
  } catch (error) {
    throw syntaxFault(file, error);
  }
}

function parseJsonFile({ path, source }: OwnFile): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}
