import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, refusedUsage } from './entry.ts';

/** Policies that run in this process, and what keeps them from it. */
export const engine = {
  [errorCodes.moduleUnavailable]: {
    title: 'The module of a policy cannot be loaded',
    meaning:
      'A policy names a WebAssembly module that cannot be read, cannot be downloaded, does not match its digest, lacks a required signature, or is not a Kubewarden policy.',
    detection:
      'Modules are loaded before anything is evaluated: file:// from the file system, https:// and registry:// from the local store that kwctl uses too, or else from the network, unless --offline is given. Required signatures are fetched each time; with --offline the stored ones are verified again. Only modules of a registry have signatures, and keyless ones need --sigstore-trust-root.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Check the URL in the policy. A file:// path is relative to the file that holds the policy.',
      },
      {
        step: 'If the registry denies access, log in; in a cluster, check the imagePullSecret of the PolicyServer.',
        commands: ['docker login REGISTRY', 'kubectl get policyserver NAME -o yaml'],
      },
      {
        step: 'If its certificate is not trusted, name its authority in a sources.yml, or in spec.sourceAuthorities of the PolicyServer.',
        commands: ['audit-scanner scan PATH --policies PATH --sources-path sources.yml'],
      },
      {
        step: 'Without a network, download the module beforehand; audit-scanner finds it in the store of kwctl.',
        commands: ['kwctl pull registry://REGISTRY/POLICY:TAG'],
      },
      {
        step: 'Or ask a policy server that has loaded it: policy servers run modules of any shape.',
        commands: ['audit-scanner scan PATH --policies PATH --policy-server-url https://localhost:3000'],
      },
    ],
    related: [errorCodes.policyInvalid],
  },
  [errorCodes.moduleTermsInvalid]: {
    title: 'A file about policy sources or signatures is not valid',
    meaning:
      'The file of --sources-path or --verification-config-path is not valid. The message says where, and what is wrong there.',
    detection:
      'Both are read before anything else starts. Unknown fields are refused, because a misspelt one could be a signature that is then never checked.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'A sources.yml may have insecure_sources, source_authorities and proxies, as for kwctl.',
        commands: ['kwctl pull --sources-path sources.yml registry://REGISTRY/POLICY:TAG'],
      },
      {
        step: 'A verification config has apiVersion: v1, and at least one signature in allOf or anyOf.',
        commands: ['kwctl scaffold verification-config'],
      },
    ],
    related: [errorCodes.fileUnreadable, errorCodes.moduleUnavailable],
  },
  [errorCodes.policyServerTermsUnknown]: {
    title: 'The settings of a policy server cannot be applied here',
    meaning:
      'With --engine embedded, policies of a cluster run in this process under the settings of their PolicyServer: where modules may come from, and what policies may ask their host. The PolicyServer does not exist, something it refers to cannot be read, or it asks for something that is not supported.',
    detection: 'PolicyServers are listed once when the scan starts, and what they refer to is read once.',
    effect: `The policies of this policy server are not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Look at the PolicyServer; its name is in the message, and in spec.policyServer of the policy.',
        commands: ['kubectl get policyserver NAME -o yaml'],
      },
      {
        step: 'If reading it is forbidden, grant the permission.',
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
      'A registry asks for a login, and the login in the Docker configuration of this machine cannot be read: the credential helper that it names is not installed, fails or does not answer within 60 seconds, or the file itself is broken. audit-scanner goes on without a login.',
    detection:
      'When a registry asks for a login, its credential helper is run, once per registry; a helper that still runs is ended with the scan. The configuration comes from ~/.docker, DOCKER_CONFIG or --docker-config-json-path.',
    effect:
      'None if the registry allows anonymous access. Otherwise the module cannot be loaded, and the message about it repeats the reason.',
    fixes: [
      {
        step: 'Run the helper yourself; its name is in the message.',
        commands: ['echo HOST | docker-credential-NAME get'],
      },
      {
        step: 'If the helper is not installed, for example because the file was copied from another machine, use a configuration without it.',
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
      'The WebAssembly module was loaded, but it is damaged, lacks its metadata or has metadata that policy-server refuses too, needs a newer Kubewarden, has imports or exports that no policy server knows, or has a shape whose cost the engine cannot bound: several memories, more than 256 MiB of memory or 200,000 table elements, functions larger than a megabyte, or tail calls that may never end. docs/engine.md lists these shapes and the reasons.',
    detection:
      'Before anything is evaluated, each module is compiled once, and its metadata, imports and exports are checked.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Inspect the module with kwctl.',
        commands: ['kwctl inspect file://policy.wasm'],
      },
      {
        step: 'If its metadata is missing, add it: modules built by hand often lack it.',
        commands: ['kwctl annotate policy.wasm --metadata-path metadata.yml --output-path annotated.wasm'],
      },
      { step: 'If the message says so, use a newer version of Node.js or of the policy.' },
      {
        step: 'Or ask a policy server that has loaded it.',
        commands: ['audit-scanner scan PATH --policies PATH --policy-server-url https://localhost:3000'],
      },
    ],
    related: [errorCodes.moduleUnavailable, errorCodes.policySettingsInvalid],
  },
  [errorCodes.policySettingsInvalid]: {
    title: 'The settings of a policy are not valid',
    meaning:
      'The policy itself refuses its settings, the settings are not an object, or the expression of a policy group cannot be parsed.',
    detection:
      'Every policy validates its settings before anything is evaluated. A policy server does this when it starts, and then answers every request with this error.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the setting that the message names; the message comes from the policy.',
        commands: ['kubectl get clusteradmissionpolicy POLICY -o yaml'],
      },
      { step: 'The documentation of the policy lists its settings.', commands: ['kwctl inspect URL'] },
    ],
    related: [errorCodes.policyInvalid, errorCodes.policyNotRunnable],
  },
  [errorCodes.policyTooSlow]: {
    title: 'A policy is no longer evaluated, because it takes too long',
    meaning:
      'The policy ran into its time limit on three objects. It would probably do so on many others, and the scan would take hours.',
    detection: 'Evaluations that exceed the limit are ended, and counted per policy.',
    effect: errorResults,
    fixes: [
      {
        step: 'If the policy needs more time, raise spec.timeoutEvalSeconds.',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"timeoutEvalSeconds":10}}'`,
        ],
      },
      { step: 'If it hangs on particular objects, report them to its author.' },
    ],
    related: [errorCodes.evaluationFailed],
  },
  [errorCodes.policyDataMissing]: {
    title: 'The objects that a policy needs cannot be read',
    meaning:
      'The policy has access to objects of the cluster and needs them before it can be evaluated, but they do not exist or cannot be read.',
    detection: 'The objects are read before anything is evaluated.',
    effect: `The policy is not audited; the others are. ${incompleteScan}`,
    fixes: [
      { step: 'When scanning files, include the objects that the policy reads.' },
      {
        step: 'In a cluster, check that you are allowed to list them.',
        commands: ['kubectl auth can-i list RESOURCE --all-namespaces'],
      },
    ],
    related: [errorCodes.listForbidden, errorCodes.policyNotRunnable],
  },
  [errorCodes.engineFailed]: {
    title: 'The policy engine stopped in the middle of an evaluation',
    meaning: 'The thread that evaluated the policy ended unexpectedly; for example, it ran out of memory.',
    detection: 'audit-scanner watches every thread. It does not retry the evaluation during which one ended.',
    effect: errorResults,
    fixes: [
      { step: 'Give the process more memory, if it has less than 512 MiB for each thread.' },
      {
        step: 'If one policy causes it, exclude that policy and tell its author.',
        commands: ['audit-scanner scan --policy NAME'],
      },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.policyTooSlow],
  },
  [errorCodes.verdictDoubtful]: {
    title: 'Verdicts of a policy may be wrong',
    meaning:
      'A Gatekeeper policy returned something other than a list of violations. A policy server treats that as no violation and allows the object, and so does the scan, but the policy may have found one.',
    detection:
      'The result of every evaluation is checked: it has to be a list of objects with a string as `msg`.',
    effect: `The results are \`pass\`, as on a policy server. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the policy: its entry point must be the rule `violation`, and `msg` must be a string.',
        commands: ['opa build -t wasm -e PACKAGE/violation policy.rego'],
      },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.policyNotRunnable],
  },
  [errorCodes.requestUnreadable]: {
    title: 'An object cannot be passed to policies',
    meaning:
      'A policy gets its request as policy-server passes it on: parsed as JSON and serialized again. Something in this object does not survive that: a number beyond 1.8e308, or half of a surrogate pair (`\\ud83d` alone).',
    detection: 'The request is parsed once per object, before the first policy is asked about it.',
    effect: errorResults,
    fixes: [
      { step: 'Correct the value in the object; the message names it.' },
      { step: 'A policy server refuses the same request, with HTTP 400 or 422.' },
    ],
    related: [errorCodes.evaluationFailed, errorCodes.requestRefused],
  },
} satisfies ManualChapter;
