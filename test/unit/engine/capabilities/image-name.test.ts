import { describe, expect, it } from 'vitest';
import { completeImageName } from '../../../../src/engine/capabilities/image-name.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

describe('the complete name of an image', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`],
    [`busybox:1.36@${digest}`, `docker.io/library/busybox:1.36@${digest}`],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['ghcr.io/org/app', 'ghcr.io/org/app:latest'],
    ['registry.testing.lan:5000/a/b/c:v1', 'registry.testing.lan:5000/a/b/c:v1'],
    ['GHCR.io/org/app', 'GHCR.io/org/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['my-host/app', 'docker.io/my-host/app:latest'],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest'],
  ])('%s is %s', (image, complete) => {
    expect(completeImageName(image)).toBe(complete);
  });

  it.each([
    ['', 'repository name must have at least one component'],
    ['BusyBox', 'repository name must be lowercase'],
    ['Org/app', 'repository name must be lowercase'],
    ['a b', 'invalid reference format: "a b" is no name of an image'],
    ['a@sha256:1', 'invalid reference format: "a@sha256:1" is no name of an image'],
    [`a/${'b'.repeat(300)}`, 'repository name must not be more than 255 characters'],
    ['a'.repeat(2000), `invalid reference format: "${'a'.repeat(255)}" is no name of an image`],
  ])('%j has none', (image, why) => {
    expect(() => completeImageName(image)).toThrow(why);
  });
});
