import { createRequire } from 'node:module';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { severityNames } from '../../../../src/domain/severity.ts';
import { sarifRenderer } from '../../../../src/reports/formats/sarif.ts';
import type { AuditDocument, RenderContext } from '../../../../src/reports/renderer.ts';
import { severityMap } from '../../../../src/reports/severity.ts';
import { anException, aPolicy } from '../../../support/builders.ts';
import { aFail, aReport, aSubject } from '../../sinks/report-builders.ts';
import {
  aDocument,
  anError,
  aPodOf,
  clusterContext,
  filesContext,
  fromFile,
  incomplete,
  manyFails,
  ofEverySeverity,
  web,
} from '../findings.ts';

type Message = { text: string };
type Result = {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: Message;
  locations: [
    {
      physicalLocation: { artifactLocation: { uri: string }; region: Record<string, number> };
      logicalLocations: [{ name: string; fullyQualifiedName: string; kind: string }];
    },
  ];
  partialFingerprints: { primaryLocationLineHash: string };
};
type Rule = {
  id: string;
  name: string;
  shortDescription: Message;
  fullDescription: Message;
  help: { text: string; markdown: string };
  defaultConfiguration: { level: string };
  properties: Record<string, unknown> & { tags: string[] };
};
type Run = {
  tool: { driver: { name: string; semanticVersion: string; rules: Rule[] } };
  automationDetails: { id: string };
  invocations: [
    {
      executionSuccessful: boolean;
      exitCode: number;
      toolExecutionNotifications: { level: string; message: Message; descriptor: { id: string } }[];
    },
  ];
  results: Result[];
};

const require = createRequire(import.meta.url);
const ajv = new Ajv({ schemaId: 'auto', allErrors: true });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json') as object);
const validate = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object);

/** The run of a document, after the OASIS schema has accepted it. */
function render(document: AuditDocument, context: RenderContext = clusterContext): Run {
  const log = JSON.parse(sarifRenderer.render(document, context)) as { $schema: string; runs: [Run] };
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  expect(log.$schema).toBe('https://json.schemastore.org/sarif-2.1.0.json');
  expect(log.runs).toHaveLength(1);
  return log.runs[0];
}

it('the schema refuses what is no SARIF', () => {
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: {} }, results: [] }] })).toBe(false);
});

describe('a result', () => {
  it('has what GitHub needs to show it and to know it again', () => {
    const policy = aPolicy('no-root', { severity: 'high' });
    const { results } = render(aDocument([aReport('shop/web', [aFail(policy, 'runs as root')])]));

    expect(results).toEqual([
      {
        ruleId: 'clusterwide-no-root',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'runs as root\n\nObject: shop/deployments.apps/web' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'k8s/kind-demo/shop/deployments.apps/web.yaml' },
              region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
            },
            logicalLocations: [
              { name: 'web', fullyQualifiedName: 'shop/deployments.apps/web', kind: 'resource' },
            ],
          },
        ],
        partialFingerprints: { primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
      },
    ]);
  });

  it('stands where its object does in a file, with a URI that is one', () => {
    const origin = { path: 'my charts/wéb#1.yaml', line: 12, column: 5 };
    const { results } = render(
      aDocument([fromFile(aReport('shop/web', [aFail('a')]), origin)]),
      filesContext,
    );

    expect(results[0]?.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'sub/my%20charts/w%C3%A9b%231.yaml' },
      region: { startLine: 12, startColumn: 5, endLine: 12, endColumn: 6 },
    });
  });

  it('keeps its fingerprint when the object moves, and differs from its duplicate', () => {
    const at = (line: number) =>
      fromFile(aReport('shop/web', [aFail('a')]), { path: 'a.yaml', line, column: 1 });
    const prints = (document: AuditDocument) =>
      render(document, filesContext).results.map(
        ({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash,
      );
    const [once = ''] = prints(aDocument([at(1)]));

    expect(prints(aDocument([at(9)]))).toEqual([once]);
    expect(prints(aDocument([at(1), at(9)]))).toEqual([once, `${once}-2`]);
  });

  it('names the owner of its object, and whether that is the top one', () => {
    const owned = aPodOf(web, 'shop/web-1', [aFail('a')]);
    const { results } = render(aDocument([owned, aReport('shop/web', [aFail('b')])]));
    const owner = { owner: 'deployments.apps/web', ownerIsCertain: true };
    expect(results.map((result) => (result as { properties?: object }).properties)).toEqual(
      expect.arrayContaining([owner, undefined]),
    );
  });

  it('stays open as long as the policy gives no answer', () => {
    const fail = render(aDocument([aReport('shop/web', [aFail('a')])])).results[0];
    const error = render(aDocument([aReport('shop/web', [anError('a', 'timed out')])])).results[0];

    expect(error?.partialFingerprints).toEqual(fail?.partialFingerprints);
    expect(error?.message.text).toMatch(/^could not be evaluated: timed out\n/);
  });

  it('is none for a pass', () => {
    const { results } = render(aDocument(ofEverySeverity()));
    expect(results.map(({ ruleId }) => ruleId)).not.toContain('clusterwide-good');
    expect(results).toHaveLength(7);
  });

  it('makes no link of its message', () => {
    const { results } = render(aDocument([aReport('shop/web', [aFail('a', '[fix](https://evil.example)')])]));
    expect(results[0]?.message.text).not.toContain('](');
  });
});

it('an empty scan has an empty list of results', () => {
  const run = render(aDocument([]));
  expect(run.results).toEqual([]);
  expect(run.tool.driver.rules).toEqual([]);
});

describe('a rule', () => {
  it('says what GitHub shows of a policy', () => {
    const policy = aPolicy('no-root', { severity: 'high', category: 'PSP' });
    const { driver } = render(aDocument([aReport('shop/web', [aFail(policy)])])).tool;

    expect(driver).toEqual({
      name: 'audit-scanner',
      semanticVersion: '1.2.3',
      rules: [
        {
          id: 'clusterwide-no-root',
          name: 'no-root',
          shortDescription: { text: 'no-root' },
          fullDescription: {
            text: 'The Kubewarden policy ClusterAdmissionPolicy/no-root, which rejects violations at admission.',
          },
          help: {
            text: expect.stringContaining(
              'kubectl get clusteradmissionpolicies.policies.kubewarden.io no-root -o yaml',
            ) as string,
            markdown: expect.stringContaining('**ClusterAdmissionPolicy/no-root**') as string,
          },
          defaultConfiguration: { level: 'error' },
          properties: {
            tags: ['security', 'kubernetes', 'kubewarden', 'PSP'],
            precision: 'very-high',
            'problem.severity': 'error',
            'security-severity': '8.0',
          },
        },
      ],
    });
  });

  it('has the level and the score of its severity', () => {
    const { results, tool } = render(aDocument(ofEverySeverity()));
    for (const severity of severityNames) {
      const rule = tool.driver.rules.find(({ name }) => name === `policy-${severity}`);
      const result = results.find(({ ruleId }) => ruleId === rule?.id);
      const { sarif, securitySeverity } = severityMap[severity];
      expect([rule?.defaultConfiguration.level, result?.level]).toEqual([sarif, sarif]);
      expect(rule?.properties['security-severity']).toBe(securitySeverity);
    }
  });

  it('is named by index and id alike', () => {
    const { results, tool } = render(aDocument(ofEverySeverity()));
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
  });

  it('fits, however long the name is', () => {
    const policy = aPolicy('x'.repeat(2000));
    const [rule] = render(aDocument([aReport('shop/web', [aFail(policy)])])).tool.driver.rules;
    expect(rule?.name).toHaveLength(255);
    expect(rule?.shortDescription.text).toHaveLength(1024);
    expect(rule?.fullDescription.text).toHaveLength(1024);
  });

  it.each([
    ['AdmissionPolicy', 'admissionpolicies.policies.kubewarden.io a -n shop'],
    ['AdmissionPolicyGroup', 'admissionpolicygroups.policies.kubewarden.io a -n shop'],
  ] as const)('tells how to see an %s', (kind, command) => {
    const policy = aPolicy('a', { kind, namespace: 'shop' });
    const [rule] = render(aDocument([aReport('shop/web', [aFail(policy)])])).tool.driver.rules;
    expect(rule?.help.text).toContain(`kubectl get ${command} -o yaml`);
  });
});

describe('the run', () => {
  it('is one of its target, so that others do not close its alerts', () => {
    const document = aDocument([]);
    const paths = ['deploy', 'more'];
    const several = { ...filesContext, target: { ...filesContext.target, paths } };
    expect(render(document).automationDetails.id).toBe('audit-scanner/kind-demo/');
    expect(render(document, several).automationDetails.id).toBe('audit-scanner/sub/deploy,sub/more/');
  });

  it('was successful when everything was looked at', () => {
    const [invocation] = render(aDocument([])).invocations;
    expect(invocation).toMatchObject({
      executionSuccessful: true,
      exitCode: 0,
      startTimeUtc: '2026-11-24T10:00:00.000Z',
      endTimeUtc: '2026-11-24T10:00:01.500Z',
      toolExecutionNotifications: [],
    });
  });

  it('says what was not looked at', () => {
    const [invocation] = render(aDocument([], incomplete)).invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications).toEqual([
      {
        level: 'error',
        message: { text: 'secrets in payments: not allowed to list secrets [AS-3101]' },
        descriptor: { id: 'AS-3101' },
      },
      {
        level: 'error',
        message: {
          text: 'policy ClusterAdmissionPolicy/signed (2 times): policy server answered 500 [AS-4201]',
        },
        descriptor: { id: 'AS-4201' },
      },
    ]);
  });

  it('is never silent about being incomplete', () => {
    const [invocation] = render(aDocument([], { complete: false })).invocations;
    expect(invocation.toolExecutionNotifications).toHaveLength(1);
  });
});

it('accepts results that an exception covers', () => {
  const accepted = { ...aFail('a'), exception: anException() };
  const { results } = render(aDocument([aReport('shop/web', [accepted, aFail('b')])]));
  expect(results).toMatchObject([{ suppressions: [] }, { suppressions: [{ kind: 'external' }] }]);
  const { results: plain } = render(aDocument([aReport('shop/web', [aFail('b')])]));
  expect(plain[0]).not.toHaveProperty('suppressions');
});

describe('more results than GitHub shows', () => {
  const document = aDocument([...manyFails(4999, 'low'), ...manyFails(2, 'high')]);

  it('are cut to the worst', () => {
    const levels = render(document).results.map(({ level }) => level);
    expect(levels).toHaveLength(5000);
    expect(levels.slice(0, 3)).toEqual(['error', 'error', 'note']);
    expect(sarifRenderer.countResults?.(document)).toBe(5000);
  });

  it('are told', () => {
    expect(sarifRenderer.notices?.(document, filesContext)).toEqual([
      'warning: the SARIF document contains only the worst 5000 of 5001 results, because GitHub shows no more [AS-5003]',
    ]);
  });
});

describe('notices', () => {
  it('say that a cluster has no code to show', () => {
    const document = aDocument([aReport(aSubject('shop/web'), [aFail('a')])]);
    expect(sarifRenderer.notices?.(document, clusterContext)).toEqual([
      'GitHub lists the results of a live cluster but has no code to show with them',
    ]);
    expect(sarifRenderer.notices?.(document, filesContext)).toEqual([]);
    expect(sarifRenderer.notices?.(aDocument([]), clusterContext)).toEqual([]);
  });
});
