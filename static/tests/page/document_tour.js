/* global people */
/**
 * C-002, C-008, C-013, C-022, C-024: a tenant and a guarantor on their telephones, each with a link
 * of their own, send their papers and say that they have finished. Neither finds a document, a
 * file or the name of the other on the page.
 *
 * Not a tour of the web client: the pages load none of it. Runs in a page of the same site, with
 * each contributor's page in a frame as large as the telephone's screen.
 */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const check = (holds, message) => {
    if (!holds) {
        throw new Error(message);
    }
};

/** Resolves to the document of the frame once what is looked for stands in it. */
async function find(frame, selector) {
    for (let tries = 0; tries < 150; tries++) {
        const page = frame.contentDocument;
        if (page?.readyState === "complete" && page.querySelector(selector)) {
            return page;
        }
        await wait(100);
    }
    throw new Error(`${selector} is not on the page`);
}

/** A photo as a telephone takes it, small. */
async function takePhoto(name) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d").fillRect(0, 0, 32, 64);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    return new File([blob], name, { type: "image/jpeg" });
}

/** Chooses files of an input, as the file dialog does. */
function choose(input, files) {
    const transfer = new DataTransfer();
    for (const file of files) {
        transfer.items.add(file);
    }
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** What must hold of every page: it fits, it suits a finger, and tells nothing of the others. */
function inspect(page, person) {
    check(page.documentElement.scrollWidth <= 390, "The page is wider than the telephone");
    const small = [...page.querySelectorAll(".send, .files .plain, input:not([type=hidden])")]
        .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 40);
    check(!small.length, `${small[0]?.outerHTML} is too small for a finger`);
    for (const words of person.hidden) {
        check(!page.documentElement.outerHTML.includes(words), `${person.name} finds ${words}`);
    }
}

async function contribute(person) {
    const frame = document.createElement("iframe");
    frame.style.cssText = "position: fixed; inset: 0; width: 390px; height: 844px; border: 0; z-index: 9999;";
    frame.src = person.page;
    document.body.append(frame);
    let page = await find(frame, "form.papers");
    inspect(page, person);
    const inputs = [...page.querySelectorAll("input[type=file]")];
    check(inputs.length === person.files.length, "It is not what was asked");
    const bar = page.querySelector(".bar");
    check(!bar.offsetParent, "There is a button that sends nothing");
    for (const [index, name] of person.files.entries()) {
        choose(inputs[index], [await takePhoto(`1-${name}`), await takePhoto(name)]);
    }
    check(page.querySelectorAll(".previews img").length === 2 * inputs.length, "No previews");
    check(bar.offsetParent, "There is no button");
    bar.querySelector(".send").click();
    bar.querySelector(".send").click();

    page = await find(frame, ".notice.good");
    inspect(page, person);
    check(page.querySelectorAll(".tag.waits").length === inputs.length, "Not all is being checked");
    for (const name of person.files) {
        check(page.body.textContent.includes(name), `${name} is not shown`);
    }
    page.querySelector("#finish .send").click();
    page = await find(frame, "main:not(:has(#finish))");
    check(page.querySelector(".notice.good"), "Nobody is thanked");
    inspect(page, person);
    frame.remove();
}

(async () => {
    for (const person of people) {
        await contribute(person);
    }
    console.log("test successful");
})().catch((error) => console.error(error.message));
