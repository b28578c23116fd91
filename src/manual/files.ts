import { errorCodes } from '../domain/index.ts';
import { incompleteScan, type ManualChapter, refusedUsage } from './entry.ts';

export const files = {
  [errorCodes.manifestInvalid]: {
    title: 'A manifest cannot be read',
    meaning:
      'A file to scan holds something that kubectl would not accept: it is not YAML or JSON, or an object has no apiVersion, kind or name.',
    detection:
      'Each document is parsed as kubectl does (YAML 1.1, one document at a time); the message names file and line.',
    effect: `This document is not audited; the others are, those of the same file included. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the line that the message names.',
        commands: ['kubectl apply --dry-run=server -f FILE'],
      },
      {
        step: 'If it is no manifest but a template or a values file, scan the folder of the chart or kustomization, or name the files that are to be scanned.',
        commands: [
          'audit-scanner scan ./charts/web --policies PATH',
          "audit-scanner scan './deploy/*.yaml' --policies PATH",
        ],
      },
    ],
    related: [errorCodes.renderFailed, errorCodes.fileUnreadable],
  },
  [errorCodes.keyRepeated]: {
    title: 'A key stands more than once in a mapping',
    meaning:
      'A manifest has the same key twice in one mapping. One of the two values is lost, and that may be the one that was meant. The last one counts, as it does for kubectl.',
    detection:
      'The keys of each mapping are compared when the file is parsed; the message names file and line of the last one.',
    effect: 'The object is audited as `kubectl apply` would create it. The exit code does not change.',
    fixes: [
      { step: 'Remove the value that is not meant.', commands: ['kubectl apply --dry-run=server -f FILE'] },
    ],
    related: [errorCodes.manifestInvalid],
  },
  [errorCodes.renderFailed]: {
    title: 'A chart or kustomization cannot be rendered',
    meaning:
      'A folder to scan holds a Chart.yaml or a kustomization. Its manifests come from `helm template`, `kustomize build` or `kubectl kustomize`, and that program is not there or ended with an error.',
    detection: 'The program is looked up on PATH and started; its exit code is read, and its error.',
    effect: `Nothing of this folder is audited; everything else is. ${incompleteScan}`,
    fixes: [
      {
        step: 'Install the program, or see what it says on its own.',
        commands: ['helm template FOLDER', 'kubectl kustomize FOLDER'],
      },
      {
        step: 'If values are missing, name them; if a kustomization has helm render charts, allow it.',
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
        step: 'If it is not meant to be applied, leave it out.',
        commands: ['audit-scanner scan PATH --exclude FOLDER --policies ./policies'],
      },
    ],
    related: [errorCodes.manifestInvalid],
  },
  [errorCodes.noResources]: {
    title: 'There are no Kubernetes objects in the input',
    meaning: 'The paths to scan were read to the end, and not one Kubernetes object stands in them.',
    detection:
      'Files that end in .yaml, .yml or .json are read; folders with everything below them; charts and kustomizations are rendered. What was left out is listed with its reason.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check the path.', commands: ['ls PATH'] },
      {
        step: 'If another program makes the manifests, hand them over on stdin.',
        commands: ['make manifests | audit-scanner scan - --policies ./policies'],
      },
      {
        step: 'If it is fine that there is nothing to scan, as in a hook that is given the files that changed, say so.',
        commands: ['audit-scanner scan PATH --policies ./policies --allow-empty'],
      },
    ],
    related: [errorCodes.manifestInvalid, errorCodes.nothingToScan],
  },
} satisfies ManualChapter;
