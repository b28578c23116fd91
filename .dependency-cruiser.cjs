/*
 * Who may import what. Data moves from sources to sinks; a stage knows the domain and its own port, and only cli/ knows every adapter.
 * The rules name what a folder may import, so that a new folder or package is refused until somebody decides about it.
 */

/** Everything that is not listed: other folders, Node's own modules and npm packages. */
function allBut(...allowed) {
  return { pathNot: allowed };
}

/** Folders that are not listed. Node's modules are free; packages are dealt with one by one at the end. */
function foldersBut(...allowed) {
  return { path: '^(src|bin|test|scripts)/', pathNot: allowed };
}

function packageOnlyIn(name, folders, comment) {
  return {
    name: `${name.replace(/^@/, '').replace('/', '-')}-only-in-${folders.map((folder) => folder.replace('/', '-')).join('-and-')}`,
    comment,
    severity: 'error',
    from: { path: '^(src|bin)/', pathNot: folders.map((folder) => `^src/${folder}/`) },
    to: { path: `^node_modules/${name}/` },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Modules that need each other cannot be understood, tested or replaced one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that neither imports nor is imported is forgotten.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'reachable-from-main',
      comment:
        'Code that the program never reaches is dead, even if a test uses it. Worker threads begin at a file of their own.',
      severity: 'error',
      from: { path: '^src/(cli/main|evaluation/wasm/worker/entry)\\.ts$' },
      to: { path: '^src/', pathNot: '(\\.d|cli/main|wasm/worker/entry)\\.ts$', reachable: false },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that resolves to nothing fails at run time only.',
      severity: 'error',
      // The build makes dist/; whoever checks the layers need not have built.
      from: { pathNot: '^bin/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-dev-dep',
      comment: 'The published package and the image hold no development dependency.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-undeclared',
      comment: 'A package that package.json does not name is there by luck.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'deprecated'] },
    },
    {
      name: 'not-to-tests',
      comment: 'The program knows nothing of its tests and scripts.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'nobody-imports-cli',
      comment: 'cli/ is the composition root: it imports everything and is imported by bin alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'bin-imports-main-only',
      comment: 'bin checks the Node version before it loads anything, so it may load one module only.',
      severity: 'error',
      from: { path: '^bin/' },
      to: allBut('^(dist|src)/cli/main\\.(js|ts)$', '^\\.\\./dist/cli/main\\.js$'),
    },
    {
      name: 'domain-knows-only-itself',
      comment: 'Words and rules of the field are plain data and functions: no I/O, no library.',
      severity: 'error',
      from: { path: '^src/domain/' },
      // Hashing is as pure as adding: a UID that is derived from an object's identity needs it.
      to: allBut('^src/domain/', '^crypto$'),
    },
    {
      name: 'system-knows-only-itself',
      comment:
        'Files and programs of this machine, each with an end to every wait, are a kit for whoever meets the machine.',
      severity: 'error',
      from: { path: '^src/system/' },
      to: foldersBut('^src/system/'),
    },
    {
      name: 'matching-is-pure',
      comment:
        'Which policy meets which object is decided on plain data, so that it can be tested as tables.',
      severity: 'error',
      from: { path: '^src/matching/' },
      to: allBut('^src/(domain|matching)/', '^node_modules/(@bufbuild/cel|re2js)/'),
    },
    {
      name: 'evaluation-port-knows-no-adapter',
      comment: 'The port and the request that is asked do not know who answers.',
      severity: 'error',
      from: { path: '^src/evaluation/[^/]+\\.ts$' },
      to: allBut('^src/domain/', '^src/evaluation/[^/]+\\.ts$'),
    },
    {
      name: 'evaluation-adapters-stand-alone',
      comment: 'An engine knows the port and its own library, never another engine or another stage.',
      severity: 'error',
      from: { path: '^src/evaluation/([^/]+)/' },
      to: foldersBut('^src/domain/', '^src/evaluation/[^/]+\\.ts$', '^src/evaluation/$1/'),
    },
    {
      name: 'source-port-knows-no-adapter',
      comment: 'The ports of the sources speak of the domain only.',
      severity: 'error',
      from: { path: '^src/sources/source\\.ts$' },
      to: allBut('^src/domain/'),
    },
    {
      name: 'sources-stand-alone',
      comment: 'A source knows its port and its own technology, never another source or another stage.',
      severity: 'error',
      from: { path: '^src/sources/([^/]+)/' },
      to: foldersBut(
        '^src/(domain|system)/',
        '^src/sources/[^/]+\\.ts$',
        '^src/sources/$1/',
        '^src/kubernetes/',
      ),
    },
    {
      name: 'sink-port-knows-no-adapter',
      comment: 'The port of the sinks speaks of the domain only.',
      severity: 'error',
      from: { path: '^src/sinks/sink\\.ts$' },
      to: allBut('^src/domain/'),
    },
    {
      name: 'sinks-stand-alone',
      comment:
        'A sink knows its port, the report ports and its own technology, never a format or another stage.',
      severity: 'error',
      from: { path: '^src/sinks/' },
      to: foldersBut('^src/domain/', '^src/sinks/', '^src/reports/[^/]+\\.ts$', '^src/kubernetes/'),
    },
    {
      name: 'sinks-know-no-other-sink',
      comment: 'Sinks are put together in cli/, not in each other.',
      severity: 'error',
      from: { path: '^src/sinks/([^/]+)/' },
      to: { path: '^src/sinks/[^/]+/', pathNot: '^src/sinks/$1/' },
    },
    {
      name: 'kubernetes-only-through-its-folders',
      comment: 'Only the adapters named after the technology may speak to the API server.',
      severity: 'error',
      from: { path: '^src/(sources|sinks)/(?!kubernetes/)' },
      to: { path: '^src/kubernetes/' },
    },
    {
      name: 'reports-are-pure',
      comment:
        'Formats are functions from results to text or objects: same input, same bytes, no clock, no file, no library but for the width of characters.',
      severity: 'error',
      from: { path: '^src/reports/' },
      // A fingerprint is a hash; how wide a character is, Unicode says.
      to: allBut('^src/(domain|reports)/', '^crypto$', '^node_modules/string-width/'),
    },
    {
      name: 'formats-stand-alone',
      comment: 'A format may be taken away without another one noticing.',
      severity: 'error',
      from: { path: '^src/reports/([^/]+)/' },
      to: { path: '^src/reports/[^/]+/', pathNot: '^src/reports/$1/' },
    },
    {
      name: 'kubernetes-is-a-kit',
      comment: 'The client of the API server serves sources and sinks and knows neither.',
      severity: 'error',
      from: { path: '^src/kubernetes/' },
      to: foldersBut('^src/(domain|system|kubernetes)/'),
    },
    {
      name: 'audit-knows-only-ports',
      comment:
        'The use case drives ports; with an adapter or a library in it, it could not be tested without them.',
      severity: 'error',
      from: { path: '^src/audit/' },
      to: allBut(
        '^src/(domain|matching|audit)/',
        '^src/sources/source\\.ts$',
        '^src/evaluation/(evaluator|review)\\.ts$',
        '^src/sinks/sink\\.ts$',
      ),
    },
    {
      name: 'preflight-is-pure',
      comment:
        'What is said about a scan before it runs is made of its plan and of facts, as plain functions; who gathers the facts is in cli/.',
      severity: 'error',
      from: { path: '^src/preflight/' },
      to: allBut(
        '^src/(domain|matching|preflight)/',
        '^src/audit/(preparation|ports|concurrency)\\.ts$',
        '^src/(sources|sinks)/[^/]+\\.ts$',
        '^src/reports/[^/]+\\.ts$',
        // The name of a role is a hash of what it grants.
        '^crypto$',
      ),
    },
    {
      name: 'config-knows-no-adapter',
      comment:
        'Settings are parsed before anything is built from them; of a stage they know the words of its port at most.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: foldersBut('^src/(domain|config)/', '^src/(sources|evaluation|sinks|reports)/[^/]+\\.ts$'),
    },
    packageOnlyIn('commander', ['cli'], 'Flags become plain values at the door.'),
    packageOnlyIn('pino', ['cli'], 'The stages emit events; how they are logged is decided at the door.'),
    packageOnlyIn(
      '@kubernetes/client-node',
      ['kubernetes'],
      'It is used for authentication only; its requests and typed lists lose data and connections.',
    ),
    packageOnlyIn(
      'undici',
      ['kubernetes', 'evaluation/http', 'sources/modules'],
      'HTTP is spoken in one small module per kind of server.',
    ),
    packageOnlyIn(
      'zod',
      ['config', 'sources', 'kubernetes', 'evaluation/http', 'evaluation/wasm'],
      'Foreign values are parsed where they enter, and are typed values from there on.',
    ),
    packageOnlyIn('@sigstore', ['sources/modules'], 'Signatures are a matter of where modules come from.'),
    packageOnlyIn('fast-json-patch', ['evaluation/wasm'], 'JSON patches are a matter of the policies.'),
    packageOnlyIn('@bufbuild', ['matching/conditions'], 'CEL decides about match conditions only.'),
    packageOnlyIn(
      're2js',
      ['evaluation/wasm', 'matching/conditions'],
      'Rego and CEL have the regular expressions of RE2.',
    ),
  ],
  options: {
    doNotFollow: { path: ['^node_modules', '^dist'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
