import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const files = 100;
const podsPerFile = 100;

/** 10,000 Pods of 2.8 KB in 100 YAML files: 1 in 8 lacks a memory limit, 1 in 16 a label, and 1 in 32 is privileged. */
export async function writePodFiles(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (let file = 0; file < files; file += 1) {
    const pods = Array.from({ length: podsPerFile }, (_, index) => aPod(file * podsPerFile + index));
    await writeFile(join(directory, `pods-${String(file).padStart(3, '0')}.yaml`), pods.join('---\n'));
  }
}

function aPod(index: number): string {
  const name = `api-${String(index).padStart(5, '0')}`;
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: team-${String(index % 100).padStart(2, '0')}
  labels:
    app.kubernetes.io/name: api
    app.kubernetes.io/instance: ${name}
${index % 16 === 5 ? '' : '    app.kubernetes.io/part-of: shop\n'}    tier: backend
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/port: "9090"
    example.com/description: >-
      Answers the requests of the shop's front end
      and reads the orders from the database
spec:
  serviceAccountName: api
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 45
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
  initContainers:
${aContainer('migrate', index)}  containers:
${aContainer('api', index)}${aContainer('proxy', index)}  volumes:
    - name: config
      configMap:
        name: api-config
        defaultMode: 0440
    - name: cache
      emptyDir:
        sizeLimit: 256Mi
  tolerations:
    - key: dedicated
      operator: Equal
      value: business
      effect: NoSchedule
`;
}

function aContainer(name: string, index: number): string {
  const limit = name === 'api' && index % 8 === 3 ? '' : '          memory: 128Mi\n';
  return `    - name: ${name}
      image: registry.example.com/shop/${name}:2.${index % 40}.1
      ports:
        - name: http
          containerPort: 8080
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
      resources:
        requests:
          cpu: 100m
          memory: 64Mi
        limits:
${limit}          cpu: "1"
      securityContext:
        allowPrivilegeEscalation: false
        privileged: ${String(name === 'proxy' && index % 32 === 7)}
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: config
          mountPath: /etc/api
          readOnly: true
`;
}
