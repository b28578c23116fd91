import { type SeverityName } from '../domain/index.ts';

/** What a severity is called by those who read the reports. */
export type SeverityMapping = {
  /** `level` of SARIF. */
  readonly sarif: 'error' | 'warning' | 'note';
  /** The score by which GitHub sorts security alerts; undefined leaves it to the level. */
  readonly securitySeverity: string | undefined;
  /** `severity` of GitLab's Code Quality. */
  readonly gitlab: 'blocker' | 'critical' | 'major' | 'minor' | 'info';
  /** Workflow command of GitHub Actions. */
  readonly github: 'error' | 'warning' | 'notice';
  /** Whether JUnit shows a violation as a failure; it knows no warning, so what only informs is a pass with a text. */
  readonly fails: boolean;
};

/** A policy that does not say how bad it is counts as a warning. */
export const severityMap: Readonly<Record<SeverityName, SeverityMapping>> = {
  critical: { sarif: 'error', securitySeverity: '9.5', gitlab: 'blocker', github: 'error', fails: true },
  high: { sarif: 'error', securitySeverity: '8.0', gitlab: 'critical', github: 'error', fails: true },
  medium: { sarif: 'warning', securitySeverity: '5.5', gitlab: 'major', github: 'warning', fails: true },
  low: { sarif: 'note', securitySeverity: '2.0', gitlab: 'minor', github: 'notice', fails: true },
  unset: { sarif: 'warning', securitySeverity: undefined, gitlab: 'major', github: 'warning', fails: true },
  info: { sarif: 'note', securitySeverity: undefined, gitlab: 'info', github: 'notice', fails: false },
};
