/*
 * Who may import what. Data moves from sources to sinks; a stage knows the domain and its own port, and only assembly/ knows every adapter.
 * A component shows the others one file, its index.ts.
 */

/** Everything that is not listed: other folders, Node's own modules and npm packages. */
function allBut(...allowed) {
  return { pathNot: allowed };
}

/** Folders that are not listed. Node's modules are free; packages are dealt with one by one at the end. */
function foldersBut(...allowed) {
  return { path: '^(src|bin|test|scripts)/', pathNot: allowed };
}

/**
 * The components, from the bottom up: which others each may look into, and why. `pure` components do no I/O; what else they may use of
 * Node and npm is listed there. A folder that is not listed is refused until somebody decides about it.
 */
const components = {
  text: {
    may: [],
    // string-width is loaded when it is needed, and not with the interface.
    pure: ['^node_modules/string-width/', '^module$'],
    why: 'Widths, patterns and JSON are plain functions of texts.',
  },
  domain: {
    may: ['text'],
    // Hashing is as pure as adding: a UID that is derived from an object's identity needs it.
    pure: ['^crypto$', '^module$'],
    why: 'The nouns of the audit are plain data and functions: no I/O, no library.',
  },
  system: {
    may: ['text'],
    why: 'Files and programs of this machine, each with an end to every wait, are a kit.',
  },
  net: {
    may: ['text', 'domain', 'system'],
    why: 'HTTP is spoken in one place; who speaks it is not known here.',
  },
  kubernetes: {
    may: ['text', 'domain', 'system', 'net'],
    why: 'The client of the API server serves sources and sinks and knows neither.',
  },
  signatures: {
    may: ['text'],
    why: 'Who signed what is worked out from bytes and keys, whatever it is that was signed.',
  },
  'signatures/keyless': {
    may: ['text', 'domain', 'system', 'net', 'signatures'],
    why: 'An identity signs with the services of others, which are asked over the network.',
  },
  modules: {
    may: ['text', 'domain', 'system', 'net', 'signatures'],
    why: 'Where modules come from has nothing to do with who audits what.',
  },
  cel: { may: ['text'], why: 'A language; it could be a package of its own.' },
  engine: { may: ['text'], why: 'It runs policies; it could be a package of its own.' },
  matching: {
    may: ['text', 'domain', 'cel'],
    pure: [],
    why: 'Which policy meets which object is decided on plain data, so that it can be tested as tables.',
  },
  evaluation: {
    may: ['text', 'domain'],
    pure: ['^node_modules/p-limit/'],
    why: 'The port and the request that is asked do not know who answers.',
  },
  'evaluation/policy-server': {
    may: ['text', 'domain', 'net', 'evaluation'],
    why: 'Who answers knows the port, and nobody else who answers.',
  },
  'evaluation/embedded': {
    may: ['text', 'domain', 'engine', 'evaluation'],
    why: 'Who answers knows the port, and nobody else who answers.',
  },
  sources: { may: ['text', 'domain', 'modules'], why: 'The ports of the sources speak of the domain.' },
  'sources/kubernetes': {
    may: ['text', 'domain', 'kubernetes', 'sources'],
    why: 'A source knows its port and its own technology.',
  },
  'sources/manifests': {
    may: ['text', 'domain', 'system', 'modules', 'sources'],
    why: 'A source knows its port and its own technology.',
  },
  page: {
    may: [],
    pure: ['^fs$'],
    why: "What runs in a reader's browser knows nothing of the program; it is read once, with the format that needs it.",
  },
  evidence: {
    may: ['text', 'domain', 'sources/results'],
    pure: ['^crypto$', '^node_modules/zod/'],
    why: 'What evidence says of a result, and whether the two agree, are plain functions of documents.',
  },
  'sources/results': {
    may: ['text', 'domain', 'system', 'kubernetes', 'reports', 'sources'],
    why: 'What a run has left, in a file or in the cluster, is a source like any other.',
  },
  // A fingerprint is a hash; YAML is written by who knows its quotes, and HTML by templates that escape.
  reports: {
    may: ['text', 'domain', 'page'],
    pure: ['^crypto$', '^node_modules/(?:js-yaml|hono)/'],
    why: 'Formats are functions from results to text or objects: same input, same bytes, no clock, no file.',
  },
  comparison: {
    may: ['text', 'domain'],
    pure: [],
    why: 'What a policy would change is worked out from results alone, whoever gave them and whoever is told.',
  },
  sinks: { may: ['text', 'domain'], why: 'The port of the sinks speaks of the domain.' },
  'sinks/kubernetes': {
    may: ['text', 'domain', 'kubernetes', 'reports', 'sinks'],
    why: 'A sink knows its port, how reports look and its own technology.',
  },
  audit: {
    may: ['text', 'domain', 'matching', 'sources', 'evaluation', 'sinks'],
    pure: [],
    why: 'The use case drives ports; with an adapter or a library in it, it could not be tested without them.',
  },
  verdict: {
    may: ['text', 'domain'],
    pure: [],
    why: 'What a run comes to is decided in one place, from the outcome alone: no flag, no format and no stream has a say.',
  },
  host: {
    may: ['text', 'domain', 'system'],
    why: 'The process as the program sees it, from outside. What runs in it is not known here.',
  },
  'host/logging': {
    may: ['text', 'domain', 'host'],
    why: 'Loaded when a log is written, because its library takes longer to load than the help takes to print.',
  },
  config: {
    may: ['text', 'domain', 'reports', 'verdict', 'host'],
    why: 'Settings are parsed before anything is built from them.',
  },
  'config/command-line': {
    may: ['domain', 'config'],
    why: 'Loaded when a command has flags to read, because its library takes a fifth of the time of a start.',
  },
  'config/exceptions': {
    may: ['text', 'domain', 'config'],
    why: 'A document, read when there is one: what checks it takes longer to load than the help takes to print.',
  },
  'config/file': {
    may: ['text', 'domain', 'config'],
    why: 'Flags that are written down; read only where there is such a file.',
  },
  manual: { may: ['text', 'domain'], pure: [], why: 'A book, which only knows which errors there are.' },
  telemetry: {
    may: ['text', 'domain', 'manual', 'audit'],
    why: 'What is measured of a run is told in many ways, and is the same in each.',
  },
  'telemetry/prometheus': {
    may: ['text', 'domain', 'system', 'net', 'host', 'telemetry'],
    why: 'Loaded for whoever asks for a file or a push.',
  },
  'telemetry/opentelemetry': {
    may: ['text', 'domain', 'sources', 'evaluation', 'sinks', 'audit', 'telemetry'],
    why: 'Loaded where the environment asks for it: the SDK is larger than all else that a scan loads.',
  },
  'telemetry/events': {
    may: ['text', 'domain', 'kubernetes', 'telemetry'],
    why: 'Events are objects of the API server like any other.',
  },
  assembly: { may: ['(?!commands/|cli/)[^/]+'], why: 'It builds every adapter, and commands say which.' },
  ...Object.fromEntries(
    [
      'completion',
      'config',
      'convert',
      'diff',
      'demo',
      'doctor',
      'drop-in',
      'explain',
      'help',
      'policies',
      'preview',
      'rbac',
      'report',
      'scan',
      'status',
      'verify-evidence',
      'version',
    ].map((command) => [
      `commands/${command}`,
      {
        may: ['(?!cli/)[^/]+'],
        why: 'A command is what the user asked for: it may use everything but the door.',
      },
    ]),
  ),
  cli: { may: ['[^/]+'], why: 'The door: it knows the commands, and nobody knows it.' },
};

const anyComponent = [
  ...Object.keys(components).filter((component) => component.includes('/')),
  ...Object.keys(components).filter((component) => !component.includes('/')),
].join('|');

/** Stages have components of their own for adapters; the port and what all adapters share lies above them. */
function hasSubcomponents(component) {
  return Object.keys(components).some((other) => other.startsWith(`${component}/`));
}

const ownFiles = '(?:[^/]+$|decorators/)';

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
      from: { orphan: true, pathNot: '\\.d\\.ts$|^src/page/.*\\.js$' },
      to: {},
    },
    {
      name: 'reachable-from-main',
      comment:
        'Code that the program never reaches is dead, even if a test uses it. Worker threads begin at a file of their own.',
      severity: 'error',
      from: { path: '^src/(cli/main|engine/threads/entry)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '(\\.d|cli/main|threads/entry)\\.ts$|^src/page/.*\\.js$',
        reachable: false,
      },
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
      name: 'no-folder-circles',
      comment: 'Folders that need each other are one folder that somebody cut in two.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'bin-imports-main-only',
      comment: 'bin checks the Node version before it loads anything, so it may load one module only.',
      severity: 'error',
      from: { path: '^bin/' },
      to: allBut('^(dist|src)/cli/main\\.(js|ts)$', '^\\.\\./dist/cli/main\\.js$'),
    },
    {
      name: 'components-have-one-interface',
      comment: 'What a component is made of is its own business: others see its index.ts.',
      severity: 'error',
      from: { path: `^src/(${anyComponent})/` },
      to: { path: '^src/', pathNot: ['^src/$1/', `^src/(${anyComponent})/index\\.ts$`] },
    },
    ...Object.entries(components).map(([component, { may, why, pure }]) => ({
      name: `${component.replace('/', '-')}-knows-its-place`,
      comment: why,
      severity: 'error',
      from: { path: `^src/${component}/${hasSubcomponents(component) ? ownFiles : ''}` },
      to: (pure === undefined ? foldersBut : allBut)(
        `^src/${component}/${hasSubcomponents(component) ? ownFiles : ''}`,
        ...may.map((other) => `^src/${other}/${hasSubcomponents(other) ? '[^/]+$' : ''}`),
        ...(pure ?? []),
      ),
    })),
    packageOnlyIn('commander', ['config/command-line'], 'Flags become plain values at the door.'),
    packageOnlyIn('empathic', ['config/file'], 'Nothing else is looked for in the folders above.'),
    packageOnlyIn(
      'pino',
      ['host/logging'],
      'The stages emit events; how they are logged is decided at the door.',
    ),
    packageOnlyIn(
      '@kubernetes/client-node',
      ['kubernetes'],
      'It is used for authentication only; its requests and typed lists lose data and connections.',
    ),
    packageOnlyIn('undici', ['net'], 'HTTP is spoken in one place.'),
    packageOnlyIn(
      'zod',
      [
        'config/exceptions',
        'sources',
        'kubernetes',
        'evaluation/policy-server',
        'engine',
        'modules',
        'signatures',
        'evidence',
      ],
      'Foreign values are parsed where they enter, and are typed values from there on.',
    ),
    packageOnlyIn(
      '@sigstore',
      ['signatures'],
      'How signatures are checked is the same, whatever was signed.',
    ),
    packageOnlyIn(
      'prom-client',
      ['telemetry/prometheus'],
      'How metrics are written down is one of several ways to tell them.',
    ),
    packageOnlyIn(
      '@opentelemetry',
      ['telemetry/opentelemetry'],
      'The SDK is loaded only where it is asked for.',
    ),
    packageOnlyIn('fast-json-patch', ['engine'], 'JSON patches are a matter of the policies.'),
    packageOnlyIn('hono', ['reports'], 'Its templates make the page; its server is not used.'),
    packageOnlyIn('@bufbuild', ['cel'], 'CEL decides about match conditions only.'),
    packageOnlyIn('re2js', ['engine', 'cel'], 'Rego and CEL have the regular expressions of RE2.'),
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
