import { errorCodes } from '../domain/index.ts';
import { incompleteScan, type ManualChapter, refusedUsage } from './entry.ts';

export const files = {
  [errorCodes.manifestInvalid]: {
    title: 'A manifest cannot be read',
    meaning:
      'A scanned file contains something that kubectl would not accept: it is not YAML or JSON, or an object has no apiVersion, kind or name.',
    detection:
      'Each document is parsed as kubectl does (YAML 1.1, one document at a time); the message names file and line.',
    effect: `This document is not audited; all others are, including those in the same file. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the line that the message names.',
        commands: ['kubectl apply --dry-run=server -f FILE'],
      },
      {
        step: 'If it is a template or a values file rather than a manifest, scan the folder of the chart or kustomization, or name the files to scan.',
        commands: [
          'audit-scanner scan ./charts/web --policies PATH',
          "audit-scanner scan './deploy/*.yaml' --policies PATH",
        ],
      },
    ],
    related: [errorCodes.renderFailed, errorCodes.fileUnreadable],
  },
  [errorCodes.keyRepeated]: {
    title: 'A key is repeated in a mapping',
    meaning:
      'A manifest has the same key twice in one mapping. One of the two values is lost, and that may be the intended one. The last one counts, as it does for kubectl.',
    detection:
      'Repeated keys are found when the file is parsed; the message gives the file and line of the last one.',
    effect: 'The object is audited as `kubectl apply` would create it. The exit code does not change.',
    fixes: [
      {
        step: 'Remove the value that you do not want.',
        commands: ['kubectl apply --dry-run=server -f FILE'],
      },
    ],
    related: [errorCodes.manifestInvalid],
  },
  [errorCodes.renderFailed]: {
    title: 'A chart or kustomization cannot be rendered',
    meaning:
      'A scanned folder contains a Chart.yaml or a kustomization. Its manifests come from `helm template`, `kustomize build` or `kubectl kustomize`, and that program is not installed or ended with an error.',
    detection:
      'audit-scanner looks the program up on PATH, runs it, and reads its exit code and its error output.',
    effect: `Nothing in this folder is audited; everything else is. ${incompleteScan}`,
    fixes: [
      {
        step: 'Install the program, or run it yourself and read its error.',
        commands: ['helm template FOLDER', 'kubectl kustomize FOLDER'],
      },
      {
        step: 'If values are missing, supply them; if a kustomization lets helm render charts, allow it.',
        commands: [
          'audit-scanner scan FOLDER --values values.yaml --policies ./policies',
          'audit-scanner scan FOLDER --enable-helm --policies ./policies',
        ],
      },
      {
        step: 'If dependencies of a chart are missing, fetch them first.',
        commands: ['helm dependency build FOLDER'],
      },
      {
        step: 'If it is not meant to be applied, exclude it.',
        commands: ['audit-scanner scan PATH --exclude FOLDER --policies ./policies'],
      },
    ],
    related: [errorCodes.manifestInvalid],
  },
  [errorCodes.noResources]: {
    title: 'The input contains no Kubernetes objects',
    meaning: 'All paths to scan were read, and they contain no Kubernetes object.',
    detection:
      'audit-scanner reads files that end in .yaml, .yml or .json, reads folders recursively, and renders charts and kustomizations. It lists what it left out, with the reason.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check the path.', commands: ['ls PATH'] },
      {
        step: 'If another program generates the manifests, pass them on stdin.',
        commands: ['make manifests | audit-scanner scan - --policies ./policies'],
      },
      {
        step: 'If an empty input is fine, for example in a hook that gets only the changed files, say so.',
        commands: ['audit-scanner scan PATH --policies ./policies --allow-empty'],
      },
    ],
    related: [errorCodes.manifestInvalid, errorCodes.nothingToScan],
  },
} satisfies ManualChapter;
