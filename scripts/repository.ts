/** The address of the repository that a workflow of GitHub runs for, as its environment names it; undefined elsewhere. */
export function repositoryAddress(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  return server === undefined || repository === undefined ? undefined : `${server}/${repository}`;
}
