// Every call that the npm package `bitbucket` and the box both know, as one story. Prints what was said to each, and
// all calls of the package, as JSON.
const {Bitbucket} = require('bitbucket');
const api = new Bitbucket({baseUrl: process.env.API, auth: {username: process.env.EMAIL, password: process.env.TOKEN}, notice: false});
const at = {workspace: 'acme', repo_slug: 'web'};
const say = {};
const ask = async (name, given = {}, as = name) => {
  const [group, call] = name.split('.');
  try {
    const {data} = await api[group][call](given);
    say[as] = data instanceof ArrayBuffer ? Buffer.from(data).toString() : data;
  } catch (error) {
    throw new Error(`${name}: ${error.status} ${JSON.stringify(error.error) || error.message}`);
  }
  return say[as];
};

async function reading() {
  await ask('user.get');
  await ask('workspaces.getWorkspace', {workspace: 'acme'});
  await ask('workspaces.getProjects', {workspace: 'acme'});
  await ask('repositories.list', {workspace: 'acme', pagelen: 1});
  const {mainbranch} = await ask('repositories.get', at);
  const {hash} = await ask('commits.get', {...at, commit: mainbranch.name});
  await ask('commits.list', at);
  await ask('commits.listAt', {...at, revision: mainbranch.name});
  await ask('commits.getDiff', {...at, spec: `patless/main..${mainbranch.name}`});
  await ask('repositories.listDiffStats', {...at, spec: `patless/main..${mainbranch.name}`});
  await ask('source.readRoot', at);
  await ask('source.read', {...at, commit: hash, path: 'bitbucket-pipelines.yml'});
  await ask('pipelines.getConfig', at);
  await ask('pipelines.listSchedules', at);
  const runs = await ask('pipelines.list', at);
  await ask('pipelines.get', {...at, pipeline_uuid: runs.values[0].uuid});
  await ask('pipelines.listSteps', {...at, pipeline_uuid: runs.values[0].uuid});
  await ask('deployments.list', at);
  return hash;
}

async function refs(hash) {
  await ask('refs.list', at);
  await ask('refs.listBranches', at);
  await ask('refs.listTags', at);
  await ask('refs.getTag', {...at, name: 'v1'});
  await ask('refs.createBranch', {...at, _body: {name: 'topic/1', target: {hash}}});
  await ask('refs.getBranch', {...at, name: 'topic/1'});
  await ask('refs.deleteBranch', {...at, name: 'topic/1'});
}

async function variables() {
  const secret = {key: 'PACKAGES_TOKEN', value: 'secret', secured: true};
  const {uuid} = await ask('pipelines.createVariable', {...at, _body: secret});
  await ask('pipelines.listVariablesForRepo', at);
  const one = {...at, variable_uuid: uuid};
  await ask('pipelines.getVariable', one);
  await ask('pipelines.updateVariable', {...one, _body: {...secret, value: 'other'}});
  await ask('pipelines.deleteVariable', one);
  const environments = await ask('deployments.listEnvironments', at);
  const there = {...at, environment_uuid: environments.values[0].uuid};
  await ask('deployments.getEnvironment', there);
  const deployed = await ask('pipelines.createDeploymentVariable', {...there, _body: secret});
  await ask('pipelines.listDeploymentVariables', there);
  const other = {...there, variable_uuid: deployed.uuid};
  await ask('pipelines.updateDeploymentVariable', {...other, _body: {...secret, value: 'other'}});
  await ask('pipelines.deleteDeploymentVariable', other);
  const above = await ask('workspaces.createPipelineVariableForWorkspace', {workspace: 'acme', _body: secret});
  await ask('workspaces.getPipelineVariablesForWorkspace', {workspace: 'acme'});
  const shared = {workspace: 'acme', variable_uuid: above.uuid};
  await ask('workspaces.getPipelineVariableForWorkspace', shared);
  await ask('workspaces.updatePipelineVariableForWorkspace', {...shared, _body: {...secret, value: 'other'}});
  await ask('workspaces.deletePipelineVariableForWorkspace', shared);
}

async function insights(commit) {
  const one = {...at, commit, reportId: 'lint'};
  const report = {title: 'Lint', report_type: 'BUG', details: 'Nothing', result: 'PASSED'};
  await ask('reports.createOrUpdateReport', {...one, _body: report});
  await ask('reports.getReport', one);
  await ask('reports.getReportsForCommit', {...at, commit});
  const note = {annotation_type: 'BUG', summary: 'Here', path: 'a', line: 1};
  await ask('reports.bulkCreateOrUpdateAnnotations', {...one, _body: [{...note, external_id: 'first'}]});
  const second = {...one, annotationId: 'second'};
  await ask('reports.createOrUpdateAnnotation', {...second, _body: note});
  await ask('reports.getAnnotationsForReport', one);
  await ask('reports.getAnnotation', second);
  await ask('reports.deleteAnnotation', second);
  await ask('reports.deleteReport', one);
  const status = {key: 'lint', state: 'INPROGRESS', url: 'https://example.com/lint'};
  await ask('commitstatuses.createBuildStatus', {...at, commit, _body: status});
  await ask('commitstatuses.getBuildStatus', {...at, commit, key: 'lint'});
  await ask('commitstatuses.updateBuildStatus', {...at, commit, key: 'lint', _body: {...status, state: 'SUCCESSFUL'}});
  await ask('commitstatuses.list', {...at, commit});
}

async function reviewing() {
  const reviewers = await ask('pullrequests.listDefaultReviewers', at);
  const target = {...at, target_username: reviewers.values[0].uuid};
  await ask('pullrequests.getDefaultReviewer', target);
  await ask('repositories.listEffectiveDefaultReviewers', at);
  await ask('pullrequests.deleteDefaultReviewer', target);
  await ask('pullrequests.addDefaultReviewer', target);
  const made = await ask('pullrequests.create', {...at, _body: {title: 'Change', source: {branch: {name: 'patless/main'}}}});
  const one = {...at, pull_request_id: made.id};
  await ask('pullrequests.list', at);
  await ask('pullrequests.get', one);
  await ask('pullrequests.update', {...one, _body: {title: 'Change it'}});
  await ask('pullrequests.getDiff', one);
  await ask('pullrequests.getDiffStat', one);
  await ask('pullrequests.listCommits', one);
  await ask('commitstatuses.listPullRequestStatuses', one);
  const inline = {path: 'bitbucket-pipelines.yml', to: 1};
  const {id} = await ask('pullrequests.createComment', {...one, _body: {content: {raw: 'Hello'}, inline}});
  const comment = {...one, comment_id: id};
  await ask('pullrequests.getComment', comment);
  await ask('pullrequests.updateComment', {...comment, _body: {content: {raw: 'Hello again'}}});
  await ask('pullrequests.listComments', one);
  await ask('pullrequests.resolveComment', comment);
  await ask('pullrequests.reopenComment', comment);
  await ask('pullrequests.deleteComment', comment);
  const task = await ask('pullrequests.createTask', {...one, _body: {content: {raw: 'Do'}}});
  await ask('pullrequests.listTasks', one);
  await ask('pullrequests.deleteTask', {...one, task_id: task.id});
  await ask('pullrequests.createApproval', one);
  await ask('pullrequests.deleteApproval', one);
  await ask('pullrequests.listActivities', one);
  await ask('pullrequests.createApproval', one);
  const merged = await ask('pullrequests.merge', {...one, _body: {merge_strategy: 'squash'}});
  await ask('users.get', {selected_user: merged.author.uuid});
  const files = {branch: 'topic/2', message: 'More', 'more.txt': 'more\n'};
  await ask('source.createFileCommit', {...at, _body: files});
  const other = {title: 'Another', source: {branch: {name: 'topic/2'}}};
  const second = await ask('pullrequests.create', {...at, _body: other}, 'second');
  await ask('pullrequests.decline', {...at, pull_request_id: second.id});
}

(async () => {
  const hash = await reading();
  await refs(hash);
  await variables();
  await insights(hash);
  await reviewing();
  const known = Object.values(api).flatMap(group => Object.values(group || {}))
    .map(call => call.endpoint && call.endpoint.DEFAULTS).filter(given => given && given.url)
    .map(({method, url}) => [method, url]);
  process.stdout.write(JSON.stringify({say, known}));
})().catch(error => { process.stderr.write(String(error.stack)); process.exitCode = 1; });
