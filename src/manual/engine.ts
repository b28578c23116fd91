import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, refusedUsage } from './entry.ts';

/** Policies that run in this process, and what keeps them from it. */
export const engine = {
  [errorCodes.moduleUnavailable]: {
    title: 'The module of a policy cannot be loaded',
    meaning:
      'A policy names a WebAssembly module that cannot be read, cannot be downloaded, is not what its digest says, is not signed as it has to be, or is not a Kubewarden policy.',
    detection:
      'Modules are loaded before anything is evaluated: file:// from the file system, https:// and registry:// from where they were kept when they were last downloaded (by kwctl, too), else from the network, unless --offline is given. Where signatures are asked for, they are looked up each time, or with --offline verified again as they were kept; only modules of a registry have any, and keyless ones count with --sigstore-trust-root.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Check the URL in the policy. A file:// path is relative to the file that the policy stands in.',
      },
      {
        step: 'If the registry does not let you read it, log in; in a cluster, see the imagePullSecret of the PolicyServer.',
        commands: ['docker login REGISTRY', 'kubectl get policyserver NAME -o yaml'],
      },
      {
        step: 'If its certificate is not trusted, name its authority in a sources.yml, or in spec.sourceAuthorities of the PolicyServer.',
        commands: ['audit-scanner scan PATH --policies PATH --sources-path sources.yml'],
      },
      {
        step: 'Without a network, download the module before; it is then found where kwctl keeps it.',
        commands: ['kwctl pull registry://REGISTRY/POLICY:TAG'],
      },
      {
        step: 'Or ask a policy server that has it loaded: it runs modules of any shape.',
        commands: ['audit-scanner scan PATH --policies PATH --policy-server-url https://localhost:3000'],
      },
    ],
    related: [errorCodes.policyInvalid],
  },
  [errorCodes.moduleTermsInvalid]: {
    title: 'A file about where policies come from is not valid',
    meaning:
      'The file of --sources-path or --verification-config-path is not what it has to be. The message names the place and what is wrong there.',
    detection:
      'Both are read before anything is started. Fields that are not known are refused: one that is misspelt might be the signature that nobody checks.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'A sources.yml may have insecure_sources, source_authorities and proxies, as for kwctl.',
        commands: ['kwctl pull --sources-path sources.yml registry://REGISTRY/POLICY:TAG'],
      },
      {
        step: 'A verification config has apiVersion: v1, and a signature at least in allOf or anyOf.',
        commands: ['kwctl scaffold verification-config'],
      },
    ],
    related: [errorCodes.fileUnreadable, errorCodes.moduleUnavailable],
  },
  [errorCodes.policyServerTermsUnknown]: {
    title: 'A policy cannot run here on the terms of its policy server',
    meaning:
      'With --engine embedded, policies of a cluster run in this process on the terms of their PolicyServer: where modules may come from, and what policies may ask. There is no such PolicyServer, what it names cannot be read, or it asks for something that is not supported.',
    detection: 'PolicyServers are listed once when the scan starts, and what they name is read once.',
    effect: `The policies of this policy server are not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'See what the PolicyServer says; the name is in the message, the policy has it in spec.policyServer.',
        commands: ['kubectl get policyserver NAME -o yaml'],
      },
      {
        step: 'If reading is not allowed, allow it.',
        commands: [
          'audit-scanner doctor --engine embedded',
          'audit-scanner rbac --missing --engine embedded | kubectl apply -f -',
        ],
      },
      {
        step: 'Or ask the policy server itself.',
        commands: ['audit-scanner scan --engine policy-server'],
      },
    ],
    related: [errorCodes.policyServerUnresolved, errorCodes.moduleUnavailable],
  },
  [errorCodes.loginUnavailable]: {
    title: 'A Docker login cannot be read',
    meaning:
      'A registry asks for a login, and the configuration of Docker on this machine says where one may be, but it cannot be read: the credential helper that it names is not installed, fails or does not answer within 60 seconds, or the file itself is broken. The registry is asked without a login.',
    detection:
      'Credential helpers are asked when a registry asks for a login, and once for each; they end with the scan. The configuration is that of ~/.docker, of DOCKER_CONFIG, or of --docker-config-json-path.',
    effect:
      'None where the registry lets anybody read. Otherwise the module cannot be loaded, and the message about it has the reason as well.',
    fixes: [
      {
        step: 'Ask the helper yourself; its name is in the message.',
        commands: ['echo HOST | docker-credential-NAME get'],
      },
      {
        step: 'If the helper is not there, as on a machine to which the file was copied, use a configuration without it.',
        commands: [
          'DOCKER_CONFIG=$HOME/.docker-plain docker login HOST',
          'audit-scanner scan PATH --policies PATH --docker-config-json-path ~/.docker-plain',
        ],
      },
    ],
    related: [errorCodes.moduleUnavailable, errorCodes.moduleTermsInvalid],
  },
  [errorCodes.policyNotRunnable]: {
    title: 'The module of a policy cannot be run',
    meaning:
      'The WebAssembly module was loaded, but it is damaged, lacks its metadata or has some that policy-server does not load either, asks for a newer Kubewarden, imports or exports what no policy server knows, or has a shape that the engine cannot bound: several memories, more than 256 MiB of memory or 200,000 elements of a table, functions of more than a megabyte, tail calls that may never end. docs/engine.md lists these shapes, and why.',
    detection:
      'Each module is compiled once, and its metadata, imports and exports are checked, before anything is evaluated.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'See what kwctl says about the module.',
        commands: ['kwctl inspect file://policy.wasm'],
      },
      {
        step: 'If its metadata is missing, add it: modules that were built by hand often lack it.',
        commands: ['kwctl annotate policy.wasm --metadata-path metadata.yml --output-path annotated.wasm'],
      },
      { step: 'If the message says so, use a newer version of Node.js, or of the policy.' },
      {
        step: 'Or ask a policy server that has it loaded.',
        commands: ['audit-scanner scan PATH --policies PATH --policy-server-url https://localhost:3000'],
      },
    ],
    related: [errorCodes.moduleUnavailable, errorCodes.policySettingsInvalid],
  },
  [errorCodes.policySettingsInvalid]: {
    title: 'The settings of a policy are not valid',
    meaning:
      'The policy itself refuses its settings, they are no object, or the expression of a policy group cannot be understood.',
    detection:
      'Every policy is asked about its settings before anything is evaluated; a policy server does that when it starts, and says so in place of each answer.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the setting that the message names; the words are those of the policy.',
        commands: ['kubectl get clusteradmissionpolicy POLICY -o yaml'],
      },
      { step: 'The documentation of the policy lists its settings.', commands: ['kwctl inspect URL'] },
    ],
    related: [errorCodes.policyInvalid, errorCodes.policyNotRunnable],
  },
  [errorCodes.policyTooSlow]: {
    title: 'A policy is not evaluated any more, because it takes too long',
    meaning:
      'The policy used up its time on three objects. It would do so on many others, and the scan would take hours.',
    detection: 'Evaluations that take longer than the limit are ended and counted, policy by policy.',
    effect: errorResults,
    fixes: [
      {
        step: 'If the policy needs more time, give it more: spec.timeoutEvalSeconds.',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"timeoutEvalSeconds":10}}'`,
        ],
      },
      { step: 'If it hangs on some objects, tell its author which ones.' },
    ],
    related: [errorCodes.evaluationFailed],
  },
  [errorCodes.policyDataMissing]: {
    title: 'The objects that a policy needs cannot be read',
    meaning:
      'The policy was granted objects of the cluster to read, and needs them before it can be evaluated; they are not there, or may not be read.',
    detection: 'The objects are read before anything is evaluated.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      { step: 'If files are scanned, let them hold the objects that the policy reads.' },
      {
        step: 'In a cluster, check that they may be listed.',
        commands: ['kubectl auth can-i list RESOURCE --all-namespaces'],
      },
    ],
    related: [errorCodes.listForbidden, errorCodes.policyNotRunnable],
  },
  [errorCodes.engineFailed]: {
    title: 'The policy engine stopped in the middle of an evaluation',
    meaning:
      'The thread that evaluated the policy came to an end on its own; it ran out of memory, for example.',
    detection: 'The end of every thread is watched. The evaluation that it was at is not tried again.',
    effect: errorResults,
    fixes: [
      { step: 'Give the process more memory, if it has less than 512 MiB for each thread.' },
      {
        step: 'If it is one policy that does it, leave it out and tell its author.',
        commands: ['audit-scanner scan --policy NAME'],
      },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.policyTooSlow],
  },
  [errorCodes.verdictDoubtful]: {
    title: 'Verdicts of a policy may be wrong',
    meaning:
      'A Gatekeeper policy gave something else than a list of violations. A policy server takes that for no violation and allows the object, and so does the scan; whether the policy found something, nobody knows.',
    detection:
      'The result of every evaluation is checked: a list whose elements are objects, with a text as `msg`.',
    effect: `The results are \`pass\`, as on a policy server. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the policy: its entry point must be the rule `violation`, and `msg` must be a text.',
        commands: ['opa build -t wasm -e PACKAGE/violation policy.rego'],
      },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.policyNotRunnable],
  },
  [errorCodes.requestUnreadable]: {
    title: 'An object cannot be handed to policies',
    meaning:
      'A policy gets its request as policy-server hands it on: read as JSON, and written anew. Something in this object does not survive that: a number beyond 1.8e308, or half of a character that takes two (`\\ud83d` alone).',
    detection: 'The request is read once per object, before the first policy is asked about it.',
    effect: errorResults,
    fixes: [
      { step: 'Correct the value in the object; the message names it.' },
      { step: 'A policy server refuses the same request, with HTTP 400 or 422.' },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.requestRefused],
  },
} satisfies ManualChapter;
