"""Does once what the first start would otherwise wait for: schema, sample app and its compiled code."""

from forecourt.config import embedded
from forecourt.config.demo import places
from sandbox.runtime import compiler
from sandbox.runtime.codecache import CodeCache
from sandbox.samples import toolchain
from sandbox.wire import bundles, manifest


def main() -> None:
    """Fill the caches; what is there already is kept."""
    embedded.migrated_template(embedded.start_postgres(places.local() / "postgres"))
    description = manifest.parse((places.SAMPLE / bundles.MANIFEST).read_bytes())
    component = toolchain.compiled(description, toolchain.sources(places.SAMPLE), cache=places.cache() / "build")
    compiler.ready(component, CodeCache.at(places.cache() / "code"))


if __name__ == "__main__":
    main()
