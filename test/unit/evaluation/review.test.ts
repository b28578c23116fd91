import { describe, expect, it } from 'vitest';
import type { AuditedObject } from '../../../src/domain/resource.ts';
import { buildReview } from '../../../src/evaluation/review.ts';
import { anApiResource, anObject, deployments, namespaces, pods } from '../../support/builders.ts';

function withJson(object: AuditedObject, json: string): AuditedObject {
  return { ...object, json: Buffer.from(json) };
}

function textOf(object: AuditedObject, compat = false): string {
  return Buffer.from(buildReview(object, { compat }).body).toString();
}

describe('buildReview', () => {
  it('asks for the creation of a namespaced object, with the plural as the resource', () => {
    const object = withJson(anObject(deployments, 'shop/web', { uid: 'u-1' }), '{"kind":"Deployment"}');

    expect(textOf(object)).toBe(
      '{"request":{"uid":"u-1",' +
        '"kind":{"group":"apps","version":"v1","kind":"Deployment"},' +
        '"resource":{"group":"apps","version":"v1","resource":"deployments"},' +
        '"requestKind":{"group":"apps","version":"v1","kind":"Deployment"},' +
        '"name":"web","namespace":"shop","operation":"CREATE","userInfo":{},' +
        '"object":{"kind":"Deployment"},"oldObject":null,"options":null}}',
    );
  });

  it('has an empty group for the core group, and says of a Namespace that it lies in itself', () => {
    expect(textOf(withJson(anObject(namespaces, 'shop', { uid: 'u-2' }), '{}'))).toBe(
      '{"request":{"uid":"u-2",' +
        '"kind":{"group":"","version":"v1","kind":"Namespace"},' +
        '"resource":{"group":"","version":"v1","resource":"namespaces"},' +
        '"requestKind":{"group":"","version":"v1","kind":"Namespace"},' +
        '"name":"shop","namespace":"shop","operation":"CREATE","userInfo":{},' +
        '"object":{},"oldObject":null,"options":null}}',
    );
  });

  it('has no namespace for any other cluster-scoped object', () => {
    const nodes = anApiResource('v1/nodes', 'Node', { namespaced: false });
    expect(textOf(anObject(nodes, 'worker'))).toContain('"name":"worker","operation"');
  });

  it('leaves every byte of the object as it is', () => {
    const json =
      '{ "spec":{"big":9007199254740993,"float":1.0,"ingress":[{"from":[]}],"text":"<b>\\u00e9é\\/"},"a":1}\n';
    const text = textOf(withJson(anObject(pods, 'shop/web'), json));

    expect(text.slice(text.indexOf('"object":') + 9, text.indexOf(',"oldObject"'))).toBe(json);
  });

  it('keeps an empty UID and escapes names', () => {
    const { request } = JSON.parse(textOf(anObject(pods, 'shop/we"b\\', { uid: '' }))) as {
      request: { uid: string; name: string };
    };

    expect(request.uid).toBe('');
    expect(request.name).toBe('we"b\\');
  });

  it('carries the object that it is about', () => {
    const object = anObject(pods, 'shop/web');
    expect(buildReview(object, { compat: false }).object).toBe(object);
  });

  it('writes what the Go audit-scanner writes when asked to', () => {
    const widgets = anApiResource('example.com/v1/widgets', 'Widget');
    const object = withJson(
      anObject(widgets, 'shop/a<b>&c', { uid: 'u-3' }),
      '{"kind":"Widget", "apiVersion":"example.com/v1", "spec":{"z":1.0,"a":9007199254740993,"10":"<","9":null}}',
    );

    expect(textOf(object, true)).toBe(
      '{"request":{"uid":"u-3",' +
        '"kind":{"group":"example.com","version":"v1","kind":"Widget"},' +
        '"resource":{"group":"example.com","version":"v1","resource":"Widget"},' +
        '"requestKind":{"group":"example.com","version":"v1","kind":"Widget"},' +
        '"name":"a\\u003cb\\u003e\\u0026c","namespace":"shop","operation":"CREATE","userInfo":{},' +
        '"object":{"apiVersion":"example.com/v1","kind":"Widget",' +
        '"spec":{"10":"\\u003c","9":null,"a":9007199254740993,"z":1}},' +
        '"oldObject":null,"options":null}}',
    );
  });
});
