// What somebody is offered on pages of the administration: what submits, links that look like buttons, actions of lists.
// Of each address that is named, and of the first row where that is a list: [address, status, words]. They are read all
// at once, because opening them one by one takes its time.
const [addresses, done] = arguments;

const OFFERS = [
  "#content [type=submit]", "#content button", "#content a.button", ".object-tools a", ".add-row",
  ".addlink", ".changelink", ".deletelink", "[name=action] option:not([value=''])",
].join();

function words(element) {
  return (element.tagName === "INPUT" ? element.value : element.textContent).trim();
}

async function read(address, rows) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = [[address, answer.status, [...page.querySelectorAll(OFFERS)].map(words)]];
  const row = rows && page.querySelector("#result_list tbody a");
  return row ? found.concat(await read(new URL(row.getAttribute("href"), answer.url).pathname, false)) : found;
}

Promise.all(addresses.map((each) => read(each, true))).then((all) => done(all.flat()), (error) => done(String(error)));
